/* Where this program stands, and what stands with it. */
#pragma once

/* The path of `name` beside the running program, or NULL if there is none. Caller frees. */
char *program_beside(const char *name);
/* A helper program: beside this one, else in libexecdir. Caller frees. */
char *program_helper(const char *name);
/* Shipped data such as "templates": in `data` beside the program, else in datadir. Caller frees. */
char *program_data(const char *name);
