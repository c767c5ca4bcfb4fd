/* Moving a file or a folder so that it is always whole in at least one of the two places. */
#pragma once
#include "base/error.h"

/* Moves it and makes both folders durable. What lies at `to` already is replaced if it is a file.
 * Where the two lie on different file systems it is copied under a temporary name, made durable,
 * renamed, and only then taken away; links and devices in a folder are left out. */
MUST bool move_durably(const char *from, const char *to, struct error *error);

/* Gives it a name that is free, as rename() would; false with errno EEXIST if it is not. */
MUST bool rename_to_free_name(const char *from, const char *to);

/* Have two files the same octets? False where one is no file or can't be read. */
bool has_same_content(const char *a, const char *b);
