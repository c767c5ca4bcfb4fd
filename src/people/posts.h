/* posts.conf: who holds which post, so that a change of office is one edit in one place.
 *
 *   posts = (
 *     { post = "密云区科协主席"; address = "zhang@example.org"; name = "张三"; },
 *     { post = "怀柔区科协主席"; }                     # vacant
 *   );
 */
#pragma once
#include "people/group.h"

struct posts; /* opaque */

/* The file's name in groups_dir: no group can be called so. */
extern const char posts_file_name[];

/* Reads the file, which need not be there. Adds what is wrong with it (EX_DATAERR); a post that is
 * wrong is known all the same, so that who needs it can say so. Never NULL. */
struct posts *posts_read(const char *path, struct problems *problems);
void posts_free(struct posts *posts);
AUTO_DEFINE(posts, struct posts, posts_free)

/* Gives each member of a group that names a post the address and the name of who holds it; takes
 * those with a vacant post out. Adds a remark for each vacant one, a problem where the group
 * requires its posts, and a problem for one that is unknown or wrong. */
void posts_fill(const struct posts *posts, struct group_file *file);
