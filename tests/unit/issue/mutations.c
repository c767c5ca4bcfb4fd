/* The same issue in other dresses: at least 2,000 variants made by rule from the corpus, alone and
 * two rules together; each must give the same issue. The share is printed, the worst rules named.
 * FENSONG_MUTATIONS=1 tells each variant that reads differently, and how. */
#include "mutations.h"

enum {
    LEAST_VARIANTS = 2000,
    LEAST_SHARE = 98,
    PAIRS = 60, /* of rules, for each document */
};

struct tally {
    int made, same;
};
static struct tally tallies[RULES];

/* --- what is compared --- */

static void add(GString *to, const char *name, const char *text)
{
    AUTO(text) char *key = words_key(text ? text : "");
    g_string_append_printf(to, "%s=%s\n", name, key);
}

static void add_texts(GString *to, const char *name, const GPtrArray *texts)
{
    AUTO(str) GString *all = g_string_new(NULL);
    for (guint i = 0; i < texts->len; i++)
        g_string_append_printf(all, "%s", (char *)texts->pdata[i]);
    add(to, name, all->str);
}

static void add_block(GString *text, const struct block *block)
{
    if (block->text)
        g_string_append(text, block->text);
    for (guint i = 0; block->texts && i < block->texts->len; i++)
        g_string_append(text, block->texts->pdata[i]);
    for (guint i = 0; block->rows && i < block->rows->len; i++) {
        const GPtrArray *cells = block->rows->pdata[i];
        for (guint c = 0; c < cells->len; c++)
            g_string_append(text, cells->pdata[c]);
    }
}

static void add_article(GString *to, const struct article *article)
{
    AUTO(str) GString *text = g_string_new(NULL);
    add(to, "title", article->title);
    add(to, "section", article->section);
    add(to, "attribution", article->attribution);
    for (guint i = 0; i < article->blocks->len; i++)
        add_block(text, article->blocks->pdata[i]);
    add(to, "text", text->str);
    g_string_append_printf(to, "blocks=%u\n", article->blocks->len);
}

/* Who receives, by label: a line more or less is layout. */
static void add_distribution(GString *to, const struct issue *issue)
{
    const char *label = NULL;
    for (guint i = 0; i < issue->distribution->len; i++) {
        const struct distribution_line *line = issue->distribution->pdata[i];
        if (g_strcmp0(label, line->label) != 0)
            add(to, "label", line->label);
        label = line->label;
        add(to, "to", line->text);
    }
}

static char *signature(const char *text, gsize length, const char *name)
{
    AUTO(problems) struct problems *problems = problems_new();
    AUTO(issue) struct issue *issue = NULL;
    GString *all = g_string_new(NULL);
    if (!issue_read(&issue, text, length, name, problems)) {
        g_string_append_printf(all, "refused: %s\n", problems_at(problems, 0)->error.what.english);
        return g_string_free(all, FALSE);
    }
    add(all, "name", issue->name);
    add(all, "key", issue->key);
    add(all, "subtitle", issue->subtitle);
    g_string_append_printf(all, "total=%d\n", issue->total_number);
    add(all, "office", issue->office);
    add(all, "date", issue->date);
    add_texts(all, "contents", issue->contents);
    add_texts(all, "sections", issue->sections);
    for (guint i = 0; i < issue->articles->len; i++)
        add_article(all, issue->articles->pdata[i]);
    add(all, "contact", issue->contact);
    add(all, "telephone", issue->telephone);
    add_texts(all, "editor", issue->editor);
    add_texts(all, "reviewer", issue->reviewer);
    add_distribution(all, issue);
    return g_string_free(all, FALSE);
}

/* --- one document --- */

static void tell(const char *bulletin, const char *rules, const char *was, const char *is)
{
    if (!getenv("FENSONG_MUTATIONS"))
        return;
    AUTO(texts) char **ours = g_strsplit(was, "\n", -1), **theirs = g_strsplit(is, "\n", -1);
    int i = 0;
    while (ours[i] && theirs[i] && strcmp(ours[i], theirs[i]) == 0)
        i++;
    print_message("    %s, %s\n        %.300s\n        %.300s\n", bulletin, rules,
                  ours[i] ? ours[i] : "", theirs[i] ? theirs[i] : "");
}

struct subject {
    const struct bulletin *bulletin;
    bool markdown;
    char *text;      /* UTF-8, LF */
    char *signature; /* of the document itself */
};

/* In these only the level tells a sub-heading or a section from a title. */
static bool reads_alike(const struct subject *subject, const struct mutation *mutation)
{
    const char *name = subject->bulletin->name;
    return !mutation->flattens ||
           (strcmp(name, "special") != 0 && strcmp(name, "wrong-levels") != 0 &&
            strcmp(name, "supplement-levels") != 0 && strcmp(name, "report-levels") != 0);
}

static bool try_variant(const struct subject *subject, const char *variant, gsize length,
                        const char *rules)
{
    AUTO(text) char *is = signature(variant, length, subject->bulletin->document);
    bool same = strcmp(is, subject->signature) == 0;
    if (!same)
        tell(subject->bulletin->name, rules, subject->signature, is);
    return same;
}

static void try_alone(const struct subject *subject, size_t rule)
{
    const struct mutation *mutation = &mutations[rule];
    if (!reads_alike(subject, mutation))
        return;
    for (int width = mutation->least; width <= mutation->most; width += mutation->step) {
        AUTO(text) char *variant = mutation->make(subject->text, subject->markdown, width);
        if (!variant || strcmp(variant, subject->text) == 0)
            continue;
        AUTO(text) char *rules = g_strdup_printf("%s %d", mutation->name, width);
        tallies[rule].made++;
        tallies[rule].same += try_variant(subject, variant, strlen(variant), rules);
    }
}

static int width_by(const struct mutation *mutation, GRand *chance)
{
    int steps = (mutation->most - mutation->least) / mutation->step + 1;
    return mutation->least + mutation->step * g_rand_int_range(chance, 0, steps);
}

/* Two rules, one after the other; a pair that fails is held against both. */
static void try_pair(const struct subject *subject, GRand *chance)
{
    size_t a = (size_t)g_rand_int_range(chance, 0, RULES),
           b = (size_t)g_rand_int_range(chance, 0, RULES);
    int first_width = width_by(&mutations[a], chance), width = width_by(&mutations[b], chance);
    AUTO(text) char *once = mutations[a].make(subject->text, subject->markdown, first_width);
    AUTO(text) char *twice = once ? mutations[b].make(once, subject->markdown, width) : NULL;
    if (a == b || !twice || !reads_alike(subject, &mutations[a]) ||
        !reads_alike(subject, &mutations[b]) || g_str_has_prefix(once, "\xef\xbb\xbf") ||
        strchr(once, '\r'))
        return;
    AUTO(text)
    char *rules =
        g_strdup_printf("%s %d + %s %d", mutations[a].name, first_width, mutations[b].name, width);
    bool same = try_variant(subject, twice, strlen(twice), rules);
    tallies[a].made++;
    tallies[b].made++;
    tallies[a].same += same;
    tallies[b].same += same;
}

static void try_charset(const struct subject *subject, const char *charset, struct tally *tally)
{
    gsize length;
    AUTO(text)
    char *octets = g_convert(subject->text, -1, charset, "UTF-8", NULL, &length, NULL);
    if (!octets)
        return;
    tally->made++;
    tally->same += try_variant(subject, octets, length, charset);
}

static bool begin(struct subject *subject, const struct bulletin *bulletin)
{
    AUTO(str) GString *text = NULL;
    AUTO(error) struct error error = {0};
    gsize length;
    const char *octets = g_bytes_get_data(bulletin->bytes, &length);
    *subject = (struct subject){.bulletin = bulletin,
                                .markdown = g_str_has_suffix(bulletin->document, ".md")};
    assert_true(text_decode(&text, octets, length, bulletin->document, &error));
    subject->text = g_strdup(text->str);
    subject->signature = signature(text->str, text->len, bulletin->document);
    return !g_str_has_prefix(subject->signature, "refused");
}

static void try_all(const struct bulletin *bulletin, struct tally *charsets)
{
    struct subject subject;
    if (begin(&subject, bulletin)) {
        GRand *chance = g_rand_new_with_seed(g_str_hash(bulletin->name));
        for (size_t rule = 0; rule < RULES; rule++)
            try_alone(&subject, rule);
        for (int i = 0; i < PAIRS; i++)
            try_pair(&subject, chance);
        try_charset(&subject, "GB18030", charsets);
        try_charset(&subject, "UTF-16", charsets);
        g_rand_free(chance);
    }
    g_free(subject.text);
    g_free(subject.signature);
}

enum { WORST = 3 };

static double share_of(const struct tally *tally)
{
    return tally->made ? 100.0 * tally->same / tally->made : 100;
}

static void name_the_worst(void)
{
    bool named[RULES] = {false};
    for (int n = 0; n < WORST; n++) {
        size_t worst = 0;
        for (size_t rule = 1; rule < RULES; rule++)
            if (named[worst] ||
                (!named[rule] && share_of(&tallies[rule]) < share_of(&tallies[worst])))
                worst = rule;
        named[worst] = true;
        print_message("  worst: %s, %.1f %%\n", mutations[worst].name, share_of(&tallies[worst]));
    }
}

static void the_same_issue_in_other_dresses_reads_the_same(void **state)
{
    (void)state;
    struct tally all = {0}, charsets = {0};
    AUTO(array) GPtrArray *bulletins = bulletins_load();
    for (guint i = 0; i < bulletins->len; i++)
        try_all(bulletins->pdata[i], &charsets);
    for (size_t rule = 0; rule < RULES; rule++) {
        const struct tally *tally = &tallies[rule];
        all.made += tally->made;
        all.same += tally->same;
        if (tally->made)
            print_message("  %-24s %4d of %4d\n", mutations[rule].name, tally->same, tally->made);
    }
    all.made += charsets.made;
    all.same += charsets.same;
    print_message("  %-24s %4d of %4d\n  read alike: %.1f %% of %d\n", "charsets", charsets.same,
                  charsets.made, 100.0 * all.same / all.made, all.made);
    name_the_worst();
    assert_true(all.made >= LEAST_VARIANTS);
    assert_true(all.same * 100 >= all.made * LEAST_SHARE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_issue_in_other_dresses_reads_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
