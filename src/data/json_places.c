#include "data/json_places.h"

/* cJSON takes all that is not above a space for a blank. */
static bool is_blank(char c) { return (unsigned char)c <= ' '; }

struct walk {
    cx_str text;
    size_t at;
    void (*visit)(void *context, const cJSON *item, const cx_json_place *place);
    void *context;
};

static void skip_blanks(struct walk *w)
{
    while (w->at < w->text.n && is_blank(w->text.p[w->at])) w->at++;
}

/* Behind the closing quote. */
static void skip_string(struct walk *w)
{
    for (w->at++; w->at < w->text.n && w->text.p[w->at] != '"'; w->at++)
        if (w->text.p[w->at] == '\\') w->at++;
    w->at++;
}

static bool ends_scalar(char c) { return is_blank(c) || c == ',' || c == ']' || c == '}'; }

static void skip_scalar(struct walk *w, const cJSON *item)
{
    if (cJSON_IsString(item)) {
        skip_string(w);
        return;
    }
    while (w->at < w->text.n && !ends_scalar(w->text.p[w->at])) w->at++;
}

/* The name before a value and the colon behind it. */
static void walk_key(struct walk *w, cx_json_place *place)
{
    skip_blanks(w);
    place->key_at = (uint32_t)w->at;
    skip_string(w);
    place->key_len = (uint32_t)w->at - place->key_at;
    skip_blanks(w);
    w->at++;
}

/* The tree is as deep as cJSON's limit on nesting lets it be. */
static void walk_value(struct walk *w, const cJSON *item, cx_json_place *place)
{
    skip_blanks(w);
    place->at = (uint32_t)w->at;
    place->len = 1;
    if (!cJSON_IsObject(item) && !cJSON_IsArray(item)) {
        skip_scalar(w, item);
        place->len = (uint32_t)w->at - place->at;
        w->visit(w->context, item, place);
        return;
    }
    w->visit(w->context, item, place);
    w->at++;
    const cJSON *child;
    cJSON_ArrayForEach(child, item)
    {
        cx_json_place inner = {0};
        if (cJSON_IsObject(item)) walk_key(w, &inner);
        walk_value(w, child, &inner);
        skip_blanks(w);
        if (child->next) w->at++; /* the comma */
    }
    skip_blanks(w);
    w->at++;
}

void cx_json_places(cx_str text, const cJSON *root,
                    void visit(void *context, const cJSON *item, const cx_json_place *place), void *context)
{
    struct walk w = {text, cx_str_starts(text, CX_STR("\xEF\xBB\xBF")) ? 3 : 0, visit, context};
    cx_json_place place = {0};
    walk_value(&w, root, &place);
}

size_t cx_json_count_values(cx_str text)
{
    size_t n = 1;
    struct walk w = {.text = text};
    while (w.at < text.n) {
        char c = text.p[w.at];
        if (c == '"') skip_string(&w);
        else w.at++;
        n += c == ',' || c == '{' || c == '[';
    }
    return n;
}
