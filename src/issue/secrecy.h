/* Marks of secrecy. What bears one is not sent by mail, so nothing else of it is read. */
#pragma once
#include "base/problem.h"

/* Looks for a mark in a document's text (UTF-8, LF), before anything is read from it. False, and a
 * problem that names the line and the mark, if it bears one. */
MUST bool secrecy_check(const char *text, const char *name, struct problems *problems);
