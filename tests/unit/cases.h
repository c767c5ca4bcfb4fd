/* What every unit test includes, in the order that cmocka wants. */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <glib.h>

/* Names the row of a table that a failed assertion belongs to. */
#define CASE(name) print_message("  %s\n", (name))
