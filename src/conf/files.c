/* The files that the configuration names, as this process sees them. */
#include "conf/sections.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>

/* The key that names the file is where the mend is; the file itself stands in the sentence. */
static bool name_key(struct reader *reader, struct place place, const char *path, const char *todo,
                     struct error *error)
{
    AUTO(error) struct error named = {0};
    bool mended = error->todo.english;
    error_set(&named, EX_CONFIG, place, mended ? NULL : todo, "%s", path);
    AUTO(text) char *english = g_strdup_printf("%s: %s", path, error->what.english);
    AUTO(text) char *local = g_strdup_printf(_("%1$s: %2$s"), path, error->what.local);
    g_free(named.what.english);
    g_free(named.what.local);
    named.what = (struct say){TAKE(english), TAKE(local)};
    if (mended) {
        named.todo = error->todo;
        error->todo = (struct say){0};
    }
    error_clear(error);
    return reader_take(reader, &named);
}

static bool can_be_read(struct reader *reader, const char *path, int mode, struct place place)
{
    struct error error = {0};
    if (access(path, mode) == 0)
        return true;
    error_set_errno(&error, NOWHERE, N_("can't be read"));
    return name_key(reader, place, path,
                    N_("correct the path, or let the user of the service read it"), &error);
}

static size_t certificates_in(const char *path)
{
    size_t count = 0;
    BIO *file = BIO_new_file(path, "r");
    X509 *certificate;
    while (file && (certificate = PEM_read_bio_X509(file, NULL, NULL, NULL))) {
        X509_free(certificate);
        count++;
    }
    BIO_free(file);
    ERR_clear_error();
    return count;
}

static void check_ca_file(struct reader *reader, const char *path, struct place place)
{
    if (can_be_read(reader, path, R_OK, place) && certificates_in(path) == 0)
        reader_problem(reader, place, N_("name a file of certificates in PEM form"),
                       N_("%s holds no certificate"), path);
}

static void check_password(struct reader *reader, const char *path, bool credential,
                           struct place place)
{
    struct error error = {0};
    char *password = NULL;
    if (password_read(&password, path, &error)) {
        conf_password_free(password);
        return;
    }
    name_key(reader, place, path,
             credential ? N_("give the service this credential: LoadCredential= in its unit")
                        : N_("correct the path, or let the user of the service read it"),
             &error);
}

static void check_relay(struct reader *reader, const config_setting_t *setting,
                        const struct relay *relay)
{
    const char *text = NULL;
    bool credential = config_setting_lookup_string(setting, "password_credential", &text) && *text;
    if (relay->ca_file)
        check_ca_file(reader, relay->ca_file, reader_place_of(reader, setting, "ca_file"));
    if (relay->password_file)
        check_password(reader, relay->password_file, credential,
                       reader_place_of(reader, setting,
                                       credential ? "password_credential" : "password_file"));
}

void files_check(struct reader *reader, const struct conf *conf)
{
    const config_setting_t *root = reader_root(reader);
    const config_setting_t *rows = config_setting_get_member(root, "relays");
    (void)!can_be_read(reader, conf->templates_dir, R_OK | X_OK,
                       reader_place_of(reader, root, "templates"));
    (void)!can_be_read(reader, conf->answers_file, R_OK, reader_place_of(reader, root, "answers"));
    for (guint i = 0; conf->relays && i < conf->relays->len; i++)
        check_relay(reader, config_setting_get_elem(rows, i), conf->relays->pdata[i]);
}
