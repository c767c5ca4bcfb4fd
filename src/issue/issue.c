#include "issue/issue.h"

#include "base/text.h"
#include "conf/conf.h"
#include "issue/article.h"
#include "issue/markdown.h"
#include "issue/outline.h"
#include "issue/plain.h"
#include "issue/secrecy.h"
#include "issue/words.h"

#include <openssl/evp.h>
#include <string.h>

/* --- the struct --- */

static void free_article(void *article)
{
    article_free(article);
}

static void free_distribution_line(void *pointer)
{
    struct distribution_line *line = pointer;
    g_free(line->label);
    g_free(line->text);
    g_ptr_array_unref(line->groups);
    g_free(line);
}

static void free_imprint_line(void *pointer)
{
    struct imprint_line *line = pointer;
    g_free(line->label);
    g_free(line->text);
    g_free(line);
}

static struct issue *issue_new(void)
{
    struct issue *issue = g_new0(struct issue, 1);
    issue->contents = g_ptr_array_new_with_free_func(g_free);
    issue->sections = g_ptr_array_new_with_free_func(g_free);
    issue->articles = g_ptr_array_new_with_free_func(free_article);
    issue->editor = g_ptr_array_new_with_free_func(g_free);
    issue->reviewer = g_ptr_array_new_with_free_func(g_free);
    issue->editor_labels = g_ptr_array_new_with_free_func(g_free);
    issue->reviewer_labels = g_ptr_array_new_with_free_func(g_free);
    issue->distribution = g_ptr_array_new_with_free_func(free_distribution_line);
    issue->other = g_ptr_array_new_with_free_func(free_imprint_line);
    return issue;
}

void issue_free(struct issue *issue)
{
    if (!issue)
        return;
    char *const texts[] = {issue->publication,
                           issue->name,
                           issue->key,
                           issue->kind,
                           issue->subtitle,
                           issue->office,
                           issue->date,
                           issue->contact,
                           issue->telephone,
                           issue->contact_label,
                           issue->telephone_label,
                           issue->document_name,
                           issue->document_sha256};
    GPtrArray *const arrays[] = {issue->contents,      issue->sections,        issue->articles,
                                 issue->editor,        issue->reviewer,        issue->distribution,
                                 issue->editor_labels, issue->reviewer_labels, issue->other};
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(texts[i]);
    for (size_t i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_ptr_array_unref(arrays[i]);
    g_free(issue);
}

/* --- reading --- */

enum document_form document_form(const char *name)
{
    static const struct {
        const char *ending;
        enum document_form form;
    } endings[] = {{".md", DOCUMENT_MARKDOWN},
                   {".markdown", DOCUMENT_MARKDOWN},
                   {".txt", DOCUMENT_PLAIN},
                   {".text", DOCUMENT_PLAIN}};
    AUTO(text) char *lower = g_ascii_strdown(name, -1);
    for (size_t i = 0; i < G_N_ELEMENTS(endings); i++)
        if (g_str_has_suffix(lower, endings[i].ending))
            return endings[i].form;
    return DOCUMENT_UNKNOWN;
}

enum { /* no issue is larger; what is could take us down */
       MOST_OCTETS = 16 << 20,
       MOST_LINES = 100000,  /* with text */
       MOST_MARKUP = 250000, /* signs of which each may become a node */
};

static int lines_with_text(const char *text)
{
    int lines = 0;
    for (const char *at = text; *at; at++)
        lines += *at != '\n' && (at[1] == '\n' || !at[1]);
    return lines;
}

static int markup_signs(const char *text)
{
    int signs = 0;
    while (*(text += strcspn(text, "[*_`<")))
        text++, signs++;
    return signs;
}

static bool check_size(const GString *text, const char *name, struct problems *problems)
{
    bool markdown = document_form(name) == DOCUMENT_MARKDOWN;
    if (text->len <= MOST_OCTETS && lines_with_text(text->str) <= MOST_LINES &&
        (!markdown || markup_signs(text->str) <= MOST_MARKUP))
        return true;
    return problems_add(problems, PROBLEM, "too-long", EX_DATAERR, (struct place){name, 1, 0},
                        N_("look whether this is the right file"),
                        N_("the document is too long for an issue of a bulletin"));
}

static bool decode(GString **text, const void *octets, size_t length, const char *name,
                   struct problems *problems)
{
    struct error error = {0};
    if (!text_decode(text, octets, length, name, &error))
        return problems_take(problems, "encoding", &error);
    return check_size(*text, name, problems) && secrecy_check((*text)->str, name, problems);
}

static GPtrArray *read_blocks(const GString *text, const char *name, struct problems *problems)
{
    if (document_form(name) == DOCUMENT_MARKDOWN)
        return markdown_blocks(text, name, problems);
    return plain_blocks(text);
}

/* Where an imprint would be, if there is none. */
static int last_line(const char *text)
{
    int line = 1, last = 1;
    for (; *text; text++) {
        if (*text == '\n')
            line++;
        else if (!g_ascii_isspace(*text))
            last = line;
    }
    return last;
}

/* OpenSSL's is four times as fast as GLib's. */
static char *sha256_of(const void *octets, size_t length)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_Digest(octets, length, digest, &size, EVP_sha256(), NULL) != 1)
        return g_compute_checksum_for_data(G_CHECKSUM_SHA256, octets, length);
    GString *hex = g_string_sized_new(2 * (gsize)size);
    for (unsigned i = 0; i < size; i++)
        g_string_append_printf(hex, "%02x", digest[i]);
    return g_string_free(hex, FALSE);
}

static bool read_document(struct issue **issue, GPtrArray **explained, const void *octets,
                          size_t length, const char *name, struct problems *problems)
{
    AUTO(str) GString *text = NULL;
    *issue = NULL;
    if (document_form(name) == DOCUMENT_UNKNOWN)
        return problems_add(problems, PROBLEM, "document-form", EX_DATAERR,
                            (struct place){name, 1, 0},
                            N_("save it as a .md or .txt file and drop it again"),
                            N_("a document of this kind can't be read"));
    struct problems *found = problems_new();
    if (decode(&text, octets, length, name, found)) {
        AUTO(array) GPtrArray *blocks = read_blocks(text, name, found);
        struct issue *fresh = issue_new();
        fresh->document_name = g_path_get_basename(name);
        fresh->document_sha256 = sha256_of(octets, length);
        GPtrArray *roles = outline_make(fresh, blocks, name, explained != NULL, found);
        if (explained)
            *explained = roles;
        problems_sort(found);
        if (!fresh->imprint_line)
            fresh->imprint_line = last_line(text->str);
        *issue = fresh;
    }
    bool good = !problems_any(found);
    problems_join(problems, found);
    problems_free(found);
    return good;
}

bool issue_read(struct issue **issue, const void *octets, size_t length, const char *name,
                struct problems *problems)
{
    return read_document(issue, NULL, octets, length, name, problems);
}

bool issue_read_explained(struct issue **issue, GPtrArray **explained, const void *octets,
                          size_t length, const char *name, struct problems *problems)
{
    *explained = NULL;
    return read_document(issue, explained, octets, length, name, problems);
}

bool issue_may_lack_name(const struct issue *issue)
{
    return issue->name && !issue->office && words_is_unit(issue->name);
}

/* --- what a publication requires --- */

/* A macro, because a msgid must stand in the call that formats it. */
#define MISSING(line, todo, what)                                                                  \
    problems_add(problems, PROBLEM, "required", EX_DATAERR,                                        \
                 (struct place){issue->document_name, line, 0}, todo, what)

static bool was_told(const struct problems *problems, const char *rule)
{
    for (size_t i = 0; i < problems_count(problems); i++)
        if (g_str_equal(problems_at(problems, i)->rule, rule))
            return true;
    return false;
}

static void require_masthead(const struct issue *issue, unsigned require, struct problems *problems)
{
    int line = issue->masthead_line;
    /* A date that can't be is there all the same. */
    if (require & REQUIRE_DATE && !issue->date && !was_told(problems, "date-impossible"))
        MISSING(line, N_("write the date under the office, such as 2023年11月16日"),
                N_("the masthead has no date"));
    if (require & REQUIRE_OFFICE && !issue->office)
        MISSING(line, N_("write the office that issues it under the number"),
                N_("the masthead names no office"));
    /* A supplement is numbered apart and has no total. */
    if (require & REQUIRE_TOTAL && !issue->total_number && strcmp(issue->kind, "supplement") != 0)
        MISSING(line, N_("write it under the number, such as 总第78期"),
                N_("the masthead has no total number"));
}

static void require_imprint(const struct issue *issue, unsigned require, struct problems *problems)
{
    int line = issue->imprint_line;
    if (require & REQUIRE_CONTACT && !issue->contact)
        MISSING(line, N_("write a line such as 信息报送邮箱：name@example.org at the end"),
                N_("the imprint has no mail address to write to"));
    if (require & REQUIRE_EDITOR && !issue->editor->len)
        MISSING(line, N_("write a line such as 编辑：张三 at the end"),
                N_("the imprint names no editor"));
    if (require & REQUIRE_REVIEWER && !issue->reviewer->len)
        MISSING(line, N_("write a line such as 审核：李四 at the end"),
                N_("the imprint names no reviewer"));
    if (require & REQUIRE_DISTRIBUTION && !issue->distribution->len &&
        !was_told(problems, "distribution-empty"))
        MISSING(line, N_("write a line such as 分送：市科协驻会领导 at the end"),
                N_("the imprint has no 分送 line: nobody would receive the issue"));
}

void issue_require(const struct issue *issue, unsigned require, struct problems *problems)
{
    require_masthead(issue, require, problems);
    require_imprint(issue, require, problems);
}
