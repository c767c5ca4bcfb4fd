/* Domains that hardly anybody has, one slip of a finger away from one that everybody knows. */
#pragma once

/* "qq.com" for "qq.con", "gmail.com" for "gmial.com"; NULL: it looks like none. Static. */
const char *lookalike_of(const char *domain);
