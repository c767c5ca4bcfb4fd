#include "conf/conf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

static const char good[] =
    "language = \"en\"; state_dir = \"state\"; groups_dir = \"/g\"; hostname = \"m.example.org\";\n"
    "publications = (\n"
    "  { id = \"weekly\"; name = \"科协每周动态\"; folder = \"weekly\";\n"
    "    from = \"办公室 <weekly@example.org>\"; reply_to = \"contact\";\n"
    "    list_id = \"weekly.example.org\"; report_to = [ \"e@example.org\" ]; });\n"
    "relays = (\n"
    "  { name = \"office\"; host = \"127.0.0.1\"; port = 2525;\n"
    "    tls = \"none\"; });\n"
    "retry = { delays = [ \"1s\", \"2s\" ];\n"
    "  give_up_after = \"60s\"; };\n";

static char folder[] = "/tmp/fensong-conf-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    g_unsetenv("CREDENTIALS_DIRECTORY");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return folder_remove(folder, NULL) ? 0 : -1;
}

static char *put(const char *name, const char *text)
{
    char *path = g_build_filename(folder, name, NULL);
    assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static char *with(const char *text, const char *from, const char *to)
{
    AUTO(texts) char **parts = g_strsplit(text, from, 2);
    assert_non_null(parts[0]);
    assert_non_null(parts[1]);
    return g_strjoinv(to, parts);
}

static struct problems *read_text(struct conf **conf, const char *text)
{
    AUTO(text) char *path = put("fensong.conf", text);
    struct problems *problems = problems_new();
    bool read = conf_read(conf, path, problems);
    assert_int_equal(read, !problems_any(problems));
    assert_int_equal(read, *conf != NULL);
    return problems;
}

/* --- what is read --- */

static void reads_what_is_said(void **state)
{
    (void)state;
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = read_text(&conf, good);
    assert_int_equal(problems_count(problems), 0);
    AUTO(text) char *state_dir = g_build_filename(folder, "state", NULL);
    AUTO(text) char *control = g_build_filename(state_dir, "control", NULL);
    assert_string_equal(conf->state_dir, state_dir);
    assert_string_equal(conf->control, control);
    assert_string_equal(conf->groups_dir, "/g");
    assert_string_equal(conf->hostname, "m.example.org");
    const struct publication *weekly = conf_publication(conf, "weekly");
    assert_non_null(weekly);
    assert_string_equal(weekly->from.name, "办公室");
    assert_string_equal(address_text(weekly->from.address), "weekly@example.org");
    assert_string_equal(address_text(weekly->envelope_from), "weekly@example.org");
    assert_true(weekly->reply_to_contact);
    assert_string_equal(weekly->list_id, "weekly.example.org");
    assert_int_equal(weekly->report_to->len, 1);
    assert_ptr_equal(conf_publication_named(conf, "科 协 每 周 动 态"), weekly);
    assert_null(conf_publication(conf, "daily"));
    assert_null(conf_publication_named(conf, "每日"));
    const struct relay *office = conf_relay(conf, "office");
    assert_int_equal(office->port, 2525);
    assert_int_equal(office->tls, TLS_NONE);
    assert_null(conf_relay(conf, "other"));
    assert_int_equal(conf->retry.delay_count, 2);
    assert_int_equal(conf->retry.delays[1], 2 * USEC_PER_SEC);
    assert_int_equal(conf->retry.give_up_after, USEC_PER_MINUTE);
}

static void fills_in_defaults(void **state)
{
    (void)state;
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems)
    struct problems *problems = read_text(
        &conf, "publications = ( { id = \"a\"; name = \"A\"; folder = \"/a\";\n"
               " from = \"a@example.org\"; envelope_from = \"\"; } );\n"
               "relays = ( { name = \"r\"; host = \"::1\"; rate = \"\"; timeout = \"\"; } );\n");
    assert_int_equal(problems_count(problems), 0);
    assert_string_equal(conf->language, "zh_CN");
    assert_string_equal(conf->state_dir, "/var/lib/fensong");
    assert_true(strlen(conf->hostname) > 0);
    assert_non_null(conf->templates_dir);
    assert_non_null(conf->answers_file);
    const struct publication *publication = conf->publications->pdata[0];
    assert_int_equal(publication->settle, 5 * USEC_PER_SEC);
    assert_int_equal(publication->max_size, 25 << 20);
    assert_int_equal(publication->require,
                     REQUIRE_DATE | REQUIRE_EDITOR | REQUIRE_REVIEWER | REQUIRE_DISTRIBUTION);
    assert_string_equal(publication->subject, "{name} {year}年第{number}期（总第{total}期）");
    assert_null(publication->from.name);
    assert_null(publication->reply_to);
    assert_false(publication->reply_to_contact);
    assert_false(publication->personal);
    const struct relay *relay = conf->relays->pdata[0];
    assert_int_equal(relay->port, 25);
    assert_int_equal(relay->tls, TLS_STARTTLS);
    assert_int_equal(relay->limits.connections, 4);
    assert_int_equal(relay->limits.recipients_per_message, 100);
    assert_int_equal(relay->limits.messages_per_connection, 1000);
    assert_int_equal(relay->connect_timeout, 30 * USEC_PER_SEC);
    assert_int_equal(relay->timeout, 0);
    assert_int_equal(relay->limits.rate.period, 0);
    assert_int_equal(conf->retry.delay_count, 6);
    assert_int_equal(conf->retry.unknown, UNKNOWN_AGAIN);
    assert_int_equal(conf->admins->len, 0);
}

static void shipped_configuration_has_no_problem(void **state)
{
    (void)state;
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = problems_new();
    assert_true(conf_read(&conf, "conf/fensong.conf", problems));
    assert_int_equal(problems_count(problems), 0);
}

static const struct {
    const char *text;
    unsigned rate;
    usec_t period;
} rates[] = {
    {"600/min", 600, USEC_PER_MINUTE},
    {"10/s", 10, USEC_PER_SEC},
    {"5000/hour", 5000, 60 * USEC_PER_MINUTE},
};

static void reads_rates(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rates); i++) {
        AUTO(text) char *key = g_strdup_printf("port = 2525; rate = \"%s\";", rates[i].text);
        AUTO(text) char *text = with(good, "port = 2525;", key);
        AUTO(conf) struct conf *conf = NULL;
        AUTO(problems) struct problems *problems = read_text(&conf, text);
        assert_int_equal(problems_count(problems), 0);
        const struct relay *relay = conf->relays->pdata[0];
        assert_int_equal(relay->limits.rate.count, rates[i].rate);
        assert_int_equal(relay->limits.rate.period, rates[i].period);
    }
}

static void reads_limits_and_windows(void **state)
{
    (void)state;
    AUTO(text) char *workdays = g_canonicalize_filename("conf/workdays.conf", NULL);
    AUTO(text)
    char *publication = with(
        good, "reply_to", "send_window = \"08:00-20:30 workdays\"; not_after = \"2d\"; reply_to");
    AUTO(text)
    char *text = g_strconcat(
        publication,
        "domains = ( { domains = [ \"QQ.com\", \"邮箱.example\" ]; connections = 2; rate = "
        "\"200/min\";\n messages_per_connection = 8; }, { domains = [ \"163.com\" ]; "
        "message_rate = \"1/s\"; } );\n",
        "guard = \"20%\"; list_refresh = \"15m\"; list_max_age = \"7d\"; alarm_after = \"1h\";\n",
        "admins = [ \"a@example.org\" ]; answers = \"answers.conf\"; templates = \"t\";\n",
        "workdays = \"", workdays, "\";\n", NULL);
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = read_text(&conf, text);
    problems_print(problems, PROBLEM, stderr);
    assert_false(problems_any(problems));
    assert_int_equal(conf->admins->len, 1);
    assert_int_equal(conf->alarm_after, 60 * USEC_PER_MINUTE);
    AUTO(text) char *answers = g_build_filename(folder, "answers.conf", NULL);
    assert_string_equal(conf->answers_file, answers);
    const struct publication *weekly = conf->publications->pdata[0];
    assert_true(weekly->window.is_set && weekly->window.workdays);
    assert_int_equal(weekly->window.from, 480);
    assert_int_equal(weekly->window.to, 1230);
    assert_int_equal(weekly->not_after, 2 * 24 * 60 * USEC_PER_MINUTE);
    assert_non_null(conf->workdays);
    assert_int_equal(conf->domains->len, 2);
    const struct domain_limit *qq = conf->domains->pdata[0], *netease = conf->domains->pdata[1];
    assert_string_equal(qq->name, "qq.com");
    assert_string_equal(qq->domains->pdata[1], "xn--c0zu34b.example");
    assert_int_equal(qq->limits.connections, 2);
    assert_int_equal(qq->limits.messages_per_connection, 8);
    assert_int_equal(qq->limits.rate.count, 200);
    assert_int_equal(netease->limits.message_rate.period, USEC_PER_SEC);
    assert_int_equal(netease->limits.connections, 0);
}

/* --- what is refused --- */

static const struct {
    const char *what, *from, *to;
    int line;
    const char *words;
} bad[] = {
    {"unknown key", "reply_to =", "replyto =", 4, "reply_to is meant"},
    {"unknown key, nothing near", "port =", "qqqqqqqqqqqqqqqqqqq =", 7, "no key qqqq"},
    {"unknown key at the top", "retry =", "retries =", 9, "retry is meant"},
    {"unknown key in retry", "give_up_after", "giveup", 10, "no key giveup"},
    {"wrong type: number for text", "\"weekly\"; name", "7; name", 3, "id must be a text"},
    {"wrong type: text for number", "2525", "\"2525\"", 7, "port must be a whole number"},
    {"wrong type: text for switch", "reply_to", "personal = \"no\"; reply_to", 4,
     "personal must be true or false"},
    {"wrong type: text for texts", "[ \"e@example.org\" ]", "\"e@example.org\"", 5,
     "report_to must be a list of texts"},
    {"wrong type: numbers for texts", "[ \"e@example.org\" ]", "[ 5 ]", 5,
     "report_to must be a list of texts"},
    {"wrong type: texts for rows", "relays = (", "admins = 5; relays = (", 6, "admins must be"},
    {"wrong type: group", "retry = {", "answers = 5;\nretry = {", 9, "answers must be a text"},
    {"port 0", "2525", "0", 7, "port must be from 1 to 65535"},
    {"port 65536", "2525", "65536", 7, "port must be from 1 to 65535"},
    {"port 2^32 + 25", "2525", "4294967321L", 7, "port must be from 1 to 65535"},
    {"connections", "port =", "connections = 65; port =", 7, "from 1 to 64"},
    {"recipients", "port =", "recipients_per_message = 1001; port =", 7, "from 1 to 1000"},
    {"messages", "port =", "messages_per_connection = 0; port =", 7, "from 1 to 10000"},
    {"duration", "\"60s\"", "\"soon\"", 10, "give_up_after is not a length of time: soon"},
    {"duration of nothing", "\"60s\"", "\"0s\"", 10, "must be from 1s to 100d"},
    {"duration in delays", "\"2s\" ]", "\"2x\" ]", 9, "delays is not a length of time"},
    {"no delays", "[ \"1s\", \"2s\" ]", "[ ]", 9, "delays is empty"},
    {"choice in retry", "give_up", "unknown = \"never\"; give_up", 10, "\"again\", \"hold\""},
    {"size", "reply_to", "max_size = \"25MB\"; reply_to", 4, "max_size is not a size"},
    {"size of nothing", "reply_to", "max_size = \"1B\"; reply_to", 4, "octets"},
    {"rate", "port =", "rate = \"600/week\"; port =", 7, "rate is no rate"},
    {"rate of nothing", "port =", "rate = \"0/s\"; port =", 7, "rate is no rate"},
    {"a window", "reply_to", "send_window = \"8:00-20:00\"; reply_to", 4, "no time of the day"},
    {"a window of nothing", "reply_to", "send_window = \"08:00-08:00\"; reply_to", 4,
     "no time of the day"},
    {"a window beyond the day", "reply_to", "send_window = \"08:00-24:01\"; reply_to", 4,
     "no time of the day"},
    {"other days", "reply_to", "send_window = \"08:00-20:00 sundays\"; reply_to", 4,
     "no time of the day"},
    {"not_after", "reply_to", "not_after = \"soon\"; reply_to", 4, "not a length of time"},
    {"a limit of nothing", "retry = {", "domains = ( { domains = [ \"qq.com\" ]; } ); retry = {", 9,
     "limits nothing"},
    {"a limit of nobody", "retry = {", "domains = ( { connections = 1; } ); retry = {", 9,
     "domains is missing"},
    {"no domain", "retry = {",
     "domains = ( { domains = [ \"qq\" ]; connections = 1; } ); retry = {", 9,
     "no domain of an address: qq"},
    {"an address for a domain", "retry = {",
     "domains = ( { domains = [ \"a@qq.com\" ]; connections = 1; } ); retry = {", 9,
     "no domain of an address: a@qq.com"},
    {"a domain twice", "retry = {",
     "domains = ( { domains = [ \"qq.com\" ]; connections = 1; }, { domains = [ \"QQ.COM\" ]; "
     "connections = 1; } ); retry = {",
     9, "the same domain: qq.com"},
    {"rate of a domain", "retry = {",
     "domains = ( { domains = [ \"qq.com\" ]; connections = 1; rate = \"fast\"; } ); retry = {", 9,
     "is no rate"},
    {"tls", "\"none\"", "\"ssl\"", 8, "tls can't be \"ssl\""},
    {"host", "127.0.0.1", "a b", 7, "host is no host"},
    {"language", "\"en\"", "\"fr\"", 1, "language can't be \"fr\""},
    {"hostname", "m.example.org", "m_example", 1, "hostname is no host"},
    {"id", "\"weekly\"; name", "\"Weekly\"; name", 3, "id is no id: Weekly"},
    {"id missing", "id = \"weekly\";", "", 3, "id is missing"},
    {"name empty", "\"科协每周动态\"", "\"\"", 3, "name is missing or empty"},
    {"name blank", "\"科协每周动态\"", "\"　\"", 3, "name is missing or empty"},
    {"from", "<weekly@example.org>", "<weekly>", 4, "no @"},
    {"from not closed", "<weekly@example.org>", "<weekly@example.org", 4, "no > after it"},
    {"reply_to", "\"contact\"", "\"somebody\"", 4, "no @"},
    {"report_to", "\"e@example.org\"", "\"e@example\"", 5, "e@example"},
    {"list_id", "\"weekly.example.org\"", "\"<weekly.example.org>\"", 5, "list_id is no list id"},
    {"list_id without a dot", "\"weekly.example.org\"", "\"weekly\"", 5, "list_id is no list id"},
    {"subject", "reply_to", "subject = \"{name} {nummer}\"; reply_to", 4, "{nummer}"},
    {"subject not closed", "reply_to", "subject = \"{name\"; reply_to", 4, "{name"},
    {"require", "reply_to", "require = [ \"autor\" ]; reply_to", 4, "\"autor\""},
    {"line break in a name", "\"科协每周动态\"", "\"科协\\nBcc: x\"", 3, "name holds a line break"},
    {"no UTF-8", "\"科协每周动态\"", "\"\\xff\"", 3, "name is no UTF-8"},
    {"user without password", "port =", "user = \"u\"; port =", 7, "a user, but no password"},
    {"password without user", "port =", "password_file = \"p\"; port =", 7,
     "a password, but no user"},
    {"two passwords",
     "port =", "user = \"u\"; password_file = \"p\"; password_credential = \"c\"; port =", 7,
     "can't stand together"},
    {"credential's name", "port =", "user = \"u\"; password_credential = \"../c\"; port =", 7,
     "no name of a credential"},
    {"login in clear", "host = \"127.0.0.1\";",
     "host = \"mail.example.org\"; user = \"u\"; password_file = \"p\";", 8, "without encryption"},
    {"guard", "retry =", "guard = \"20\"; retry =", 9, "guard is no percentage"},
    {"list_refresh", "retry =", "list_refresh = \"x\"; retry =", 9, "list_refresh is not"},
    {"same publication twice", "report_to = [ \"e@example.org\" ]; }",
     "}, { id = \"weekly\"; name = \"B\"; folder = \"b\"; from = \"b@example.org\"; }", 5,
     "same id: weekly"},
    {"same name twice", "report_to = [ \"e@example.org\" ]; }",
     "}, { id = \"b\"; name = \"科协 每周动态\"; folder = \"b\"; from = \"b@example.org\"; }", 5,
     "same name"},
    {"same folder twice", "report_to = [ \"e@example.org\" ]; }",
     "}, { id = \"b\"; name = \"B\"; folder = \"./weekly/\"; from = \"b@example.org\"; }", 5,
     "same folder"},
    {"same relay twice", "tls = \"none\"; }",
     "tls = \"none\"; }, { name = \"office\"; host = \"b\"; }", 8, "same name: office"},
    {"no relay",
     "relays = (\n  { name = \"office\"; host = \"127.0.0.1\"; port = 2525;\n"
     "    tls = \"none\"; });",
     "relays = ();", 6, "relays is empty"},
    {"syntax error", "port = 2525;", "port = ;", 7, "a sign is missing"},
    {"key twice", "port = 2525;", "port = 1; port = 2;", 7, "second time"},
    {"mixed array", "[ \"1s\", \"2s\" ]", "[ \"1s\", 2 ]", 9, "not of one type"},
    {"included file is not there", "retry =", "@include \"none.inc\"\nretry =", 9, "@include"},
    {"included folder", "retry =", "@include \"..\"\nretry =", 9, "names no file"},
    {"path of the socket", "state_dir = \"state\"",
     "control = "
     "\"/run/abcdefghij/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
     1, "control socket"},
};

static void tells_each_mistake_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        print_message("%s\n", bad[i].what);
        AUTO(text) char *text = with(good, bad[i].from, bad[i].to);
        AUTO(conf) struct conf *conf = NULL;
        AUTO(problems) struct problems *problems = read_text(&conf, text);
        assert_int_equal(problems_count(problems), 1);
        const struct error *error = &problems_at(problems, 0)->error;
        AUTO(text) char *path = g_build_filename(folder, "fensong.conf", NULL);
        if (!strstr(error->what.english, bad[i].words))
            fail_msg("%s", error->what.english);
        assert_int_equal(error->place.line, bad[i].line);
        assert_string_equal(error->place.file, path);
        assert_int_equal(error->exit_class, EX_CONFIG);
        assert_true(error->todo.english != NULL);
    }
}

static void tells_all_mistakes_in_one_run(void **state)
{
    (void)state;
    AUTO(text) char *one = with(good, "reply_to", "replyto");
    AUTO(text) char *two = with(one, "2525", "0");
    AUTO(text) char *three = with(two, "\"60s\"", "\"soon\"");
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = read_text(&conf, three);
    assert_int_equal(problems_count(problems), 3);
    assert_int_equal(problems_exit_class(problems), EX_CONFIG);
    for (size_t i = 1; i < 3; i++)
        assert_true(problems_at(problems, i - 1)->error.place.line <
                    problems_at(problems, i)->error.place.line);
}

static void nothing_at_all_lacks_two_sections(void **state)
{
    (void)state;
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = read_text(&conf, "");
    assert_int_equal(problems_count(problems), 2);
}

static void short_timeout_is_a_remark(void **state)
{
    (void)state;
    AUTO(text) char *text = with(good, "port =", "timeout = \"10s\"; port =");
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = read_text(&conf, text);
    assert_int_equal(problems_count(problems), 1);
    assert_int_equal(problems_at(problems, 0)->severity, REMARK);
    assert_int_equal(problems_at(problems, 0)->error.place.line, 7);
    assert_non_null(conf);
}

static void file_that_is_not_there_is_wrong_configuration(void **state)
{
    (void)state;
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = problems_new();
    assert_false(conf_read(&conf, "/nowhere/fensong.conf", problems));
    assert_int_equal(problems_exit_class(problems), EX_CONFIG);
}

/* --- files beside it --- */

static void includes_are_relative_and_keep_their_places(void **state)
{
    (void)state;
    AUTO(text) char *included = put("retry.inc", "\nretry = { give_up_after = \"soon\"; };\n");
    AUTO(texts) char **parts = g_strsplit(good, "retry =", 2);
    AUTO(text) char *text = g_strconcat(parts[0], "@include \"retry.inc\"\n", NULL);
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = read_text(&conf, text);
    assert_int_equal(problems_count(problems), 1);
    assert_string_equal(problems_at(problems, 0)->error.place.file, included);
    assert_int_equal(problems_at(problems, 0)->error.place.line, 2);
}

static void reads_what_windows_saves(void **state)
{
    (void)state;
    gsize length;
    AUTO(text) char *gb = g_convert(good, -1, "GB18030", "UTF-8", NULL, &length, NULL);
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = read_text(&conf, gb);
    assert_int_equal(problems_count(problems), 0);
    assert_string_equal(((struct publication *)conf->publications->pdata[0])->name, "科协每周动态");
    AUTO(text) char *bom = g_strconcat("\xef\xbb\xbf", good, NULL);
    AUTO(conf) struct conf *again = NULL;
    AUTO(problems) struct problems *none = read_text(&again, bom);
    assert_int_equal(problems_count(none), 0);
}

/* --- the files that it names -------------------------------------------------------------------- */

static void files_are_told_at_their_keys(void **state)
{
    (void)state;
    static const struct {
        const char *row, *lines, *what; /* the last words of the problem; NULL: there is none */
        int line;
    } rows[] = {
        {"no password file", "user = \"u\";\npassword_file = \"none\";\n", "No such file or directory", 8},
        {"an empty one", "user = \"u\";\npassword_file = \"empty\";\n",
         "this file holds no password, or more than one line", 8},
        {"no credential", "user = \"u\";\npassword_credential = \"none\";\n",
         "No such file or directory", 8},
        {"no CA file", "\nca_file = \"none.pem\";\n", "No such file or directory", 8},
        {"one without certificates", "\nca_file = \"empty\";\n", "holds no certificate", 8},
    };
    AUTO(text) char *empty = put("empty", "\n");
    assert_non_null(empty);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(text) char *more = g_strconcat(rows[i].lines, "port =", NULL);
        AUTO(text) char *relay = with(good, "port =", more);
        AUTO(text)
        char *text = g_strconcat(relay, "templates = \".\"; answers = \"empty\";\n", NULL);
        AUTO(text) char *path = put("fensong.conf", text);
        AUTO(conf) struct conf *conf = NULL, *plain = NULL;
        AUTO(problems) struct problems *problems = problems_new(), *none = problems_new();
        assert_true(conf_read(&plain, path, none)); /* editors need not read them */
        assert_false(conf_check(&conf, path, problems));
        assert_int_equal(problems_count(problems), 1);
        const struct error *error = &problems_at(problems, 0)->error;
        if (!g_str_has_suffix(error->what.english, rows[i].what) || !error->todo.english ||
            error->place.line != rows[i].line)
            fail_msg("%s: %d: %s", rows[i].row, error->place.line, error->what.english);
        assert_int_equal(error->exit_class, EX_CONFIG);
    }
}

static void files_are_told_with_all_the_rest(void **state)
{
    (void)state;
    AUTO(text) char *text = g_strconcat(good, "templates = \"none.d\"; answers = \"none\";\n"
                                              "unknown = 1;\n", NULL);
    AUTO(text) char *path = put("fensong.conf", text);
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = problems_new();
    assert_false(conf_check(&conf, path, problems));
    assert_int_equal(problems_count(problems), 3);
    assert_non_null(conf); /* for who checks the lists, too */
}

static void a_broken_one_still_says_where_the_daemon_is(void **state)
{
    (void)state;
    static const struct {
        const char *row, *text, *control, *state_dir;
    } rows[] = {
        {"a problem", "control = \"/c\"; state_dir = \"/s\"; relays = 7;", "/c", "/s"},
        {"a syntax error after it", "state_dir = \"/s\"; control = \"/c\";\nrelays = (", "/c", "/s"},
        {"nothing said", "relays = 7;", "/var/lib/fensong/control", "/var/lib/fensong"},
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        AUTO(text) char *path = put("fensong.conf", rows[i].text);
        AUTO(conf) struct conf *conf = conf_read_control(path);
        print_message("%s\n", rows[i].row);
        assert_string_equal(conf->control, rows[i].control);
        assert_string_equal(conf->state_dir, rows[i].state_dir);
        assert_int_equal(conf->publications->len, 0);
    }
    assert_null(conf_read_control("/no/such/file"));
}

/* --- the password --- */

static const struct {
    const char *what, *content, *password; /* NULL: refused */
} passwords[] = {
    {"plain", "secret", "secret"},
    {"with a line end", "secret\n", "secret"},
    {"from Windows", "secret\r\n", "secret"},
    {"blanks belong to it", " se cret \n", " se cret "},
    {"one line end alone is taken off", "secret\n\n", NULL},
    {"nothing", "\n", NULL},
    {"two lines", "secret\nother\n", NULL},
};

static void password_comes_without_its_line_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(passwords); i++) {
        print_message("%s\n", passwords[i].what);
        AUTO(text) char *path = put("password", passwords[i].content);
        const struct relay relay = {.password_file = path};
        AUTO(error) struct error error = {0};
        char *password = NULL;
        assert_int_equal(conf_password(&password, &relay, &error), passwords[i].password != NULL);
        if (passwords[i].password)
            assert_string_equal(password, passwords[i].password);
        else
            assert_null(password);
        conf_password_free(password);
    }
}

static void password_may_be_a_credential(void **state)
{
    (void)state;
    AUTO(text) char *file = put("smtp", "secret\n");
    assert_non_null(file);
    AUTO(text)
    char *text = with(good, "port =", "user = \"u\"; password_credential = \"smtp\"; port =");
    g_setenv("CREDENTIALS_DIRECTORY", folder, TRUE);
    AUTO(conf) struct conf *conf = NULL;
    AUTO(problems) struct problems *problems = read_text(&conf, text);
    g_unsetenv("CREDENTIALS_DIRECTORY");
    assert_int_equal(problems_count(problems), 0);
    char *password = NULL;
    assert_true(conf_password(&password, conf->relays->pdata[0], NULL));
    assert_string_equal(password, "secret");
    conf_password_free(password);
}

static void password_too_long_or_not_there(void **state)
{
    (void)state;
    AUTO(text) char *long_one = g_strnfill(2000, 'x');
    AUTO(text) char *path = put("password", long_one);
    char *password = NULL;
    struct relay relay = {.password_file = path};
    assert_false(conf_password(&password, &relay, NULL));
    relay.password_file = "/nowhere/password";
    assert_false(conf_password(&password, &relay, NULL));
    relay.password_file = NULL;
    assert_true(conf_password(&password, &relay, NULL));
    assert_null(password);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_said),
        cmocka_unit_test(fills_in_defaults),
        cmocka_unit_test(shipped_configuration_has_no_problem),
        cmocka_unit_test(reads_rates),
        cmocka_unit_test(reads_limits_and_windows),
        cmocka_unit_test(tells_each_mistake_with_its_line),
        cmocka_unit_test(tells_all_mistakes_in_one_run),
        cmocka_unit_test(nothing_at_all_lacks_two_sections),
        cmocka_unit_test(short_timeout_is_a_remark),
        cmocka_unit_test(file_that_is_not_there_is_wrong_configuration),
        cmocka_unit_test(includes_are_relative_and_keep_their_places),
        cmocka_unit_test(reads_what_windows_saves),
        cmocka_unit_test(files_are_told_at_their_keys),
        cmocka_unit_test(files_are_told_with_all_the_rest),
        cmocka_unit_test(a_broken_one_still_says_where_the_daemon_is),
        cmocka_unit_test(password_comes_without_its_line_end),
        cmocka_unit_test(password_may_be_a_credential),
        cmocka_unit_test(password_too_long_or_not_there),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
