#include "issue/numerals.h"

#include "base/text.h"

enum { LARGEST = 99999 };

struct sign {
    gunichar sign;
    int value;
    bool multiplies; /* 十 and 百 */
};
static const struct sign signs[] = {
    {L'〇', 0, false}, {L'○', 0, false},   {L'O', 0, false},   {L'o', 0, false},
    {L'О', 0, false}, /* Cyrillic, from some input methods */
    {L'о', 0, false},  {L'零', 0, false},  {L'一', 1, false},  {L'二', 2, false},
    {L'两', 2, false}, {L'三', 3, false},  {L'四', 4, false},  {L'五', 5, false},
    {L'六', 6, false}, {L'七', 7, false},  {L'八', 8, false},  {L'九', 9, false},
    {L'十', 10, true}, {L'百', 100, true}, {L'廿', 20, false}, {L'卅', 30, false},
};

static const struct sign *sign_of(gunichar c)
{
    for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
        if (signs[i].sign == c)
            return &signs[i];
    return NULL;
}

/* One pass for both ways to write: digits one after the other (二〇二三, 25), and words with 十, 百
 * (二十五), which 廿 and 卅 begin. */
struct numeral {
    int sum;    /* what 十 and 百 have closed */
    int digits; /* the digits since */
    int count;  /* how many */
    bool in_words;
};

static bool take_sign(struct numeral *numeral, const struct sign *sign)
{
    if (sign->multiplies) {
        if (numeral->digits > 9)
            return false;
        numeral->sum += (numeral->digits ? numeral->digits : 1) * sign->value;
        numeral->digits = 0;
        numeral->in_words = true;
    } else if (sign->value >= 20) {
        numeral->sum += sign->value;
        numeral->in_words = true;
    } else {
        numeral->digits = numeral->digits * 10 + sign->value;
    }
    numeral->count++;
    return numeral->sum + numeral->digits <= LARGEST;
}

bool numeral_parse(const char *text, int *value)
{
    AUTO(text) char *squeezed = text_squeeze(text);
    AUTO(text) char *folded = text_fold(squeezed);
    struct numeral numeral = {0};
    for (const char *at = folded; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        struct sign digit = {c, (int)c - '0', false};
        const struct sign *sign = c >= '0' && c <= '9' ? &digit : sign_of(c);
        if (!sign || !take_sign(&numeral, sign))
            return false;
    }
    if (!numeral.count || (numeral.in_words && numeral.digits > 9))
        return false;
    *value = numeral.sum + numeral.digits;
    return true;
}
