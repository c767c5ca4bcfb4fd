/* The addresses of lists: https, ldap and ldaps. */
#pragma once
#include "base/error.h"

/* Checks an address, and writes it so that it can go over the wire: what RFC 3986 does not allow,
 * such as Chinese in a filter of LDAP, becomes %XX. Of an LDAP URL (RFC 4516) the base must be
 * there, the scope base, one or sub, the filter's parentheses paired (RFC 4515), and the attributes
 * are those that are read: mail, cn, title, o. http goes to this machine alone: what comes over it
 * could be anybody's. *url is then the caller's. EX_DATAERR at `place`. */
MUST bool url_check(char **url, const char *text, struct place place, struct error *error);
bool url_is_ldap(const char *url);
/* Does it lead to this machine? */
bool url_is_loopback(const char *url);

/* A value as it stands in a filter: * ( ) \ NUL and what is no ASCII as \XX (RFC 4515 §3). The
 * caller frees. */
char *ldap_filter_value(const char *text);
