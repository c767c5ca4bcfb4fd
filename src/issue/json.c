#include "issue/issue.h"

#include "base/json.h"

static json_t *table_to_json(const GPtrArray *rows)
{
    json_t *array = json_array();
    for (guint i = 0; i < rows->len; i++)
        json_array_append_new(array, json_texts(rows->pdata[i]));
    return array;
}

static json_t *block_to_json(const struct block *block)
{
    static const char *const kinds[] = {
        [BLOCK_HEADING] = "heading", [BLOCK_PARAGRAPH] = "paragraph", [BLOCK_LIST] = "list",
        [BLOCK_TABLE] = "table",     [BLOCK_PICTURE] = "picture",     [BLOCK_RULE] = "rule",
        [BLOCK_QUOTE] = "quote",     [BLOCK_FOOTNOTE] = "footnote",
    };
    json_t *json = json_object();
    json_object_set_new(json, "kind", json_string(kinds[block->kind]));
    if (block->kind == BLOCK_HEADING)
        json_object_set_new(json, "level", json_integer(block->level));
    if (block->kind == BLOCK_LIST) {
        json_object_set_new(json, "ordered", json_boolean(block->ordered));
        json_object_set_new(json, "items", json_texts(block->texts));
    } else if (block->kind == BLOCK_TABLE) {
        json_object_set_new(json, "rows", table_to_json(block->rows));
    } else if (block->kind == BLOCK_QUOTE) {
        json_object_set_new(json, "texts", json_texts(block->texts));
    } else {
        if (block->kind == BLOCK_PICTURE)
            json_object_set_new(json, "target", json_text(block->target));
        if (block->kind == BLOCK_FOOTNOTE)
            json_object_set_new(json, "label", json_text(block->target));
        json_object_set_new(json, "text", json_text(block->text));
    }
    json_object_set_new(json, "line", json_integer(block->line));
    return json;
}

static json_t *article_to_json(const struct article *article)
{
    json_t *blocks = json_array();
    for (guint i = 0; i < article->blocks->len; i++)
        json_array_append_new(blocks, block_to_json(article->blocks->pdata[i]));
    json_t *json = json_object();
    json_object_set_new(json, "title", json_text(article->title));
    json_object_set_new(json, "section", json_text(article->section));
    json_object_set_new(json, "attribution", json_text(article->attribution));
    json_object_set_new(json, "line", json_integer(article->line));
    json_object_set_new(json, "blocks", blocks);
    return json;
}

static json_t *articles_to_json(const struct issue *issue)
{
    json_t *array = json_array();
    for (guint i = 0; i < issue->articles->len; i++)
        json_array_append_new(array, article_to_json(issue->articles->pdata[i]));
    return array;
}

static json_t *distribution_to_json(const struct issue *issue)
{
    json_t *array = json_array();
    for (guint i = 0; i < issue->distribution->len; i++) {
        const struct distribution_line *line = issue->distribution->pdata[i];
        json_t *json = json_object();
        json_object_set_new(json, "label", json_text(line->label));
        json_object_set_new(json, "text", json_text(line->text));
        json_object_set_new(json, "line", json_integer(line->line));
        json_object_set_new(json, "groups", json_texts(line->groups));
        json_array_append_new(array, json);
    }
    return array;
}

static json_t *other_to_json(const struct issue *issue)
{
    json_t *array = json_array();
    for (guint i = 0; i < issue->other->len; i++) {
        const struct imprint_line *line = issue->other->pdata[i];
        json_t *json = json_object();
        json_object_set_new(json, "label", json_text(line->label));
        json_object_set_new(json, "text", json_text(line->text));
        json_object_set_new(json, "line", json_integer(line->line));
        json_array_append_new(array, json);
    }
    return array;
}

static json_t *remarks_to_json(const struct problems *problems)
{
    json_t *array = json_array();
    for (size_t i = 0; problems && i < problems_count(problems); i++) {
        const struct problem *problem = problems_at(problems, i);
        if (problem->severity != REMARK)
            continue;
        json_t *json = json_object();
        json_object_set_new(json, "rule", json_text(problem->rule));
        json_object_set_new(json, "line", json_integer(problem->error.place.line));
        json_object_set_new(json, "column", json_integer(problem->error.place.column));
        json_object_set_new(json, "text", json_text(problem->error.what.local));
        json_array_append_new(array, json);
    }
    return array;
}

static json_t *document_to_json(const struct issue *issue)
{
    json_t *json = json_object();
    json_object_set_new(json, "name", json_text(issue->document_name));
    json_object_set_new(json, "sha256", json_text(issue->document_sha256));
    return json;
}

json_t *issue_to_json(const struct issue *issue, const struct problems *problems)
{
    json_t *json = json_object();
    json_object_set_new(json, "publication", json_text(issue->publication));
    json_object_set_new(json, "name", json_text(issue->name));
    json_object_set_new(json, "issue", json_text(issue->key));
    json_object_set_new(json, "kind", json_text(issue->kind));
    json_object_set_new(json, "subtitle", json_text(issue->subtitle));
    json_object_set_new(json, "year", json_number_or_null(issue->year));
    json_object_set_new(json, "number", json_number_or_null(issue->number));
    json_object_set_new(json, "total_number", json_number_or_null(issue->total_number));
    json_object_set_new(json, "office", json_text(issue->office));
    json_object_set_new(json, "date", json_text(issue->date));
    json_object_set_new(json, "contents", json_texts(issue->contents));
    json_object_set_new(json, "sections", json_texts(issue->sections));
    json_object_set_new(json, "articles", articles_to_json(issue));
    json_object_set_new(json, "contact", json_text(issue->contact));
    json_object_set_new(json, "telephone", json_text(issue->telephone));
    json_object_set_new(json, "editor", json_texts(issue->editor));
    json_object_set_new(json, "reviewer", json_texts(issue->reviewer));
    json_object_set_new(json, "distribution", distribution_to_json(issue));
    json_object_set_new(json, "other", other_to_json(issue));
    json_object_set_new(json, "remarks", remarks_to_json(problems));
    json_object_set_new(json, "document", document_to_json(issue));
    return json;
}
