#include "people/posts.h"

#include <string.h>

#include "base/text.h"
#include "conf/reader.h"

const char posts_file_name[] = "posts.conf";

struct post {
    char *name;
    struct member *holder; /* NULL: vacant, or wrong */
    bool wrong;
    int line;
};

struct posts {
    char *path;
    GPtrArray *all;      /* of struct post */
    GHashTable *by_name; /* without blanks → struct post, borrowed */
    bool is_broken;      /* it could not be read whole */
};

static void post_free(void *pointer)
{
    struct post *post = pointer;
    g_free(post->name);
    member_free(post->holder);
    g_free(post);
}

void posts_free(struct posts *posts)
{
    if (!posts)
        return;
    g_hash_table_unref(posts->by_name);
    g_ptr_array_unref(posts->all);
    g_free(posts->path);
    g_free(posts);
}

/* --- reading --- */

static bool take_address(struct reader *reader, const struct key *key, const struct given *given,
                         void *field)
{
    (void)key;
    return member_read_address(field, given->text, given->place, reader_problems(reader));
}
static const struct kind kind_holder_address = {VALUE_TEXT, take_address};

#define FIELD(field) .offset = offsetof(struct member, field)
static const struct key post_keys[] = {
    {"post", &kind_text, FIELD(post), .required = true},
    {"name", &kind_text, FIELD(name)},
    {"title", &kind_text, FIELD(title)},
    {"unit", &kind_text, FIELD(unit)},
    {"address", &kind_holder_address, .offset = 0},
};
#undef FIELD

static guint problem_count(struct reader *reader)
{
    guint count = 0;
    const struct problems *problems = reader_problems(reader);
    for (size_t i = 0; i < problems_count(problems); i++)
        count += problems_at(problems, i)->severity == PROBLEM;
    return count;
}

/* His title is the post, where nothing else is said. */
static void give_to(struct post *post, struct member *holder, const char *file)
{
    holder->origin = g_strdup_printf("%s:%d", file, post->line);
    if (!holder->title)
        holder->title = g_strdup(post->name);
    post->holder = holder;
}

static void add_post(struct reader *reader, struct posts *posts, struct post *post)
{
    AUTO(text) char *key = text_squeeze(post->name);
    const struct post *same = g_hash_table_lookup(posts->by_name, key);
    g_ptr_array_add(posts->all, post);
    if (same)
        reader_problem(reader, (struct place){posts->path, post->line, 0},
                       N_("name each post once"), N_("the post %1$s stands in line %2$d already"),
                       post->name, same->line);
    else
        g_hash_table_insert(posts->by_name, TAKE(key), post);
}

static void read_post(struct reader *reader, struct posts *posts, const config_setting_t *row)
{
    AUTO(member) struct member *holder = member_new();
    guint before = problem_count(reader);
    reader_read(reader, row, post_keys, G_N_ELEMENTS(post_keys), holder);
    if (!holder->post)
        return;
    struct post *post = g_new0(struct post, 1);
    post->name = g_strdup(holder->post);
    post->line = reader_place(reader, row).line;
    post->wrong = problem_count(reader) > before;
    if (holder->address && !post->wrong)
        give_to(post, TAKE(holder), posts_file_name);
    add_post(reader, posts, post);
}

static bool take_posts(struct reader *reader, const struct key *key, const struct given *given,
                       void *field)
{
    (void)key;
    int count = config_setting_length(given->setting);
    for (int i = 0; i < count; i++)
        read_post(reader, field, config_setting_get_elem(given->setting, (unsigned)i));
    return true;
}
static const struct kind kind_posts = {VALUE_ROWS, take_posts};

static const struct key keys[] = {{"posts", &kind_posts, .offset = 0}};

struct posts *posts_read(const char *path, struct problems *problems)
{
    struct posts *posts = g_new0(struct posts, 1);
    AUTO(problems) struct problems *found = problems_new();
    AUTO(reader) struct reader *reader = NULL;
    posts->path = g_strdup(path);
    posts->all = g_ptr_array_new_with_free_func(post_free);
    posts->by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    if (access(path, F_OK) < 0)
        return posts;
    if (reader_open(&reader, path, EX_DATAERR, found))
        reader_read(reader, reader_root(reader), keys, G_N_ELEMENTS(keys), posts);
    posts->is_broken = !reader;
    problems_join(problems, found);
    return posts;
}

/* --- filling in --- */

static bool refuse_unknown(const struct posts *posts, const char *name, struct place place,
                           struct problems *problems)
{
    AUTO(array) GPtrArray *names = g_ptr_array_new();
    for (guint i = 0; i < posts->all->len; i++)
        g_ptr_array_add(names, ((struct post *)posts->all->pdata[i])->name);
    AUTO(array) GPtrArray *nearest = text_nearest(name, names, 1);
    const char *todo = N_("add the post to posts.conf, or correct its name");
    if (nearest->len)
        return problems_add(problems, PROBLEM, "post", EX_DATAERR, place, todo,
                            N_("posts.conf has no post %1$s; is %2$s meant?"), name,
                            (const char *)nearest->pdata[0]);
    return problems_add(problems, PROBLEM, "post", EX_DATAERR, place, todo,
                        N_("posts.conf has no post %s"), name);
}

static bool refuse_broken(const struct posts *posts, const char *name, struct place place,
                          struct problems *problems)
{
    return problems_add(problems, PROBLEM, "post", EX_DATAERR, place,
                        N_("mend posts.conf; fensong check says what is wrong with it"),
                        N_("who holds the post %1$s is not known: %2$s is wrong"), name,
                        posts->path);
}

/* The holder, or NULL after a remark or a problem. */
static const struct member *holder_of(const struct posts *posts, const struct group_file *file,
                                      const struct member *member)
{
    AUTO(text) char *key = text_squeeze(member->post);
    struct place place = {file->path, member->line, 0};
    const struct post *post = g_hash_table_lookup(posts->by_name, key);
    if ((!post && posts->is_broken) || (post && post->wrong))
        (void)refuse_broken(posts, member->post, place, file->problems);
    else if (!post)
        (void)refuse_unknown(posts, member->post, place, file->problems);
    else if (!post->holder)
        problems_add(file->problems, file->require_posts ? PROBLEM : REMARK, "vacant-post",
                     EX_DATAERR, place, N_("write who holds it into posts.conf, once it is known"),
                     N_("the post is vacant: %s"), post->name);
    else
        return post->holder;
    return NULL;
}

/* What the group says of him wins. */
static void fill_member(struct member *member, const struct member *holder)
{
    member->address = address_copy(holder->address);
    member->name = member->name ? member->name : g_strdup(holder->name);
    member->title = member->title ? member->title : g_strdup(holder->title);
    member->unit = member->unit ? member->unit : g_strdup(holder->unit);
    g_free(member->origin);
    member->origin = g_strdup(holder->origin);
}

void posts_fill(const struct posts *posts, struct group_file *file)
{
    bool any = false;
    for (guint i = 0; i < file->members->len;) {
        struct member *member = file->members->pdata[i];
        const struct member *holder = member->post ? holder_of(posts, file, member) : NULL;
        any |= member->post != NULL;
        if (holder)
            fill_member(member, holder);
        if (member->address)
            i++;
        else
            g_ptr_array_remove_index(file->members, i);
    }
    if (any)
        g_ptr_array_add(file->group.sources, g_strdup(posts_file_name));
}
