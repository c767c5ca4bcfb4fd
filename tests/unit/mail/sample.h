/* A small issue made by hand, with its publication and configuration, for the tests of src/mail.
 * All strings are literals; sample_free() frees the arrays. */
#pragma once
#include "mail/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SAMPLE_TEMPLATES "conf/templates"

struct sample {
    struct conf conf;
    struct publication publication;
    struct issue issue;
    GPtrArray *attachments; /* of struct attachment */
    struct mail_order order;
};

static inline void sample_article_free(void *memory)
{
    struct article *article = memory;
    g_ptr_array_unref(article->blocks);
    g_free(article);
}

static inline void sample_block_free(void *memory)
{
    struct block *block = memory;
    if (block->texts)
        g_ptr_array_unref(block->texts);
    if (block->rows)
        g_ptr_array_unref(block->rows);
    g_free(block);
}

static inline void sample_attachment_free(void *memory)
{
    struct attachment *file = memory;
    g_bytes_unref(file->content);
    g_free(file);
}

static inline GPtrArray *sample_texts(const char *const texts[])
{
    GPtrArray *array = g_ptr_array_new();
    for (; texts && *texts; texts++)
        g_ptr_array_add(array, (void *)*texts);
    return array;
}
#define TEXTS(...) sample_texts((const char *const[]){__VA_ARGS__, NULL})

static inline struct address *sample_address(const char *text)
{
    struct address *address = NULL;
    assert_true(address_parse(&address, text, NOWHERE, NULL, NULL));
    return address;
}

/* Adds an empty one; section and attribution may be NULL. */
static inline struct article *sample_add_article(struct sample *sample, const char *title,
                                                 const char *section, const char *attribution)
{
    struct article *article = g_new0(struct article, 1);
    article->title = (char *)title;
    article->section = (char *)section;
    article->attribution = (char *)attribution;
    article->blocks = g_ptr_array_new_with_free_func(sample_block_free);
    g_ptr_array_add(sample->issue.articles, article);
    return article;
}

static inline struct block *sample_add_block(struct article *article, enum block_kind kind,
                                             const char *text)
{
    struct block *block = g_new0(struct block, 1);
    block->kind = kind;
    block->text = (char *)text;
    block->line = 10 + (int)article->blocks->len;
    g_ptr_array_add(article->blocks, block);
    return block;
}

static inline void sample_add_file(struct sample *sample, const char *name, const void *octets,
                                   size_t length)
{
    struct attachment *file = g_new0(struct attachment, 1);
    file->name = (char *)name;
    file->content = g_bytes_new(octets, length);
    g_ptr_array_add(sample->attachments, file);
}

static inline void sample_fill_issue(struct sample *sample)
{
    static struct distribution_line lines[] = {
        {.label = (char *)"分送", .text = (char *)"市科协驻会领导"},
        {.label = (char *)"分送", .text = (char *)"机关各部门"}};
    sample->issue = (struct issue){
        .publication = (char *)"weekly",
        .name = (char *)"科协每周动态",
        .key = (char *)"2023-25",
        .kind = (char *)"regular",
        .year = 2023,
        .number = 25,
        .total_number = 78,
        .office = (char *)"北京市科协办公室",
        .date = (char *)"2023-11-06",
        .contents = TEXTS("密云区召开科普工作联席会"),
        .sections = TEXTS("基层动态"),
        .articles = g_ptr_array_new_with_free_func(sample_article_free),
        .contact = (char *)"skxxxbs@bast.net.cn",
        .contact_label = (char *)"投稿邮箱",
        .editor = TEXTS("张红波", "王明"),
        .reviewer = TEXTS("李金涛"),
        .distribution = TEXTS((const char *)&lines[0], (const char *)&lines[1]),
        .document_name = (char *)"第25期.md",
    };
    struct article *article =
        sample_add_article(sample, "密云区召开科普工作联席会", "基层动态", "密云区科协");
    sample_add_block(article, BLOCK_PARAGRAPH, "11月2日，密云区召开科普工作联席会。");
}

static inline struct sample *sample_new(void)
{
    struct sample *sample = g_new0(struct sample, 1);
    sample->conf = (struct conf){.templates_dir = (char *)SAMPLE_TEMPLATES,
                                 .hostname = (char *)"mail.example.org",
                                 .language = (char *)"zh_CN"};
    sample->publication = (struct publication){
        .id = (char *)"weekly",
        .name = (char *)"科协每周动态",
        .from = {(char *)"北京市科协办公室", sample_address("weekly@example.org")},
        .reply_to_contact = true,
        .list_id = (char *)"weekly.example.org",
        .subject = (char *)"{name} {year}年第{number}期（总第{total}期）",
        .max_size = 25 * 1024 * 1024,
    };
    sample_fill_issue(sample);
    sample->attachments = g_ptr_array_new_with_free_func(sample_attachment_free);
    sample->order = (struct mail_order){
        .conf = &sample->conf,
        .publication = &sample->publication,
        .issue = &sample->issue,
        .attachments = sample->attachments,
        .date = (usec_t)1700120000 * USEC_PER_SEC, /* 2023-11-16 15:33:20 +0800 */
    };
    return sample;
}

static inline void sample_free(struct sample *sample)
{
    address_free(sample->publication.from.address);
    g_ptr_array_unref(sample->issue.contents);
    g_ptr_array_unref(sample->issue.sections);
    g_ptr_array_unref(sample->issue.articles);
    g_ptr_array_unref(sample->issue.editor);
    g_ptr_array_unref(sample->issue.reviewer);
    g_ptr_array_unref(sample->issue.distribution);
    g_ptr_array_unref(sample->attachments);
    g_free(sample);
}
AUTO_DEFINE(sample, struct sample, sample_free)

/* The shortest that is told to be a PNG. */
#define SAMPLE_PNG "\x89PNG\r\n\x1a\n....", 12
