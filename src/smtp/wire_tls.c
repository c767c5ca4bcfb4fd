#include "smtp/wire_tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>

static inline void auto_context(SSL_CTX **context)
{
    SSL_CTX_free(*context);
}

static const char *tls_reason(void)
{
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason ? reason : "the connection was closed";
}

static bool no_tls(struct error *error, const char *host, const char *reason)
{
    return error_set(error, EX_UNAVAILABLE, NOWHERE,
                     N_("check tls, host and ca_file of the relay, and its certificate"),
                     N_("no TLS with %s: %s"), host, reason);
}

static SSL_CTX *new_context(const struct tls_wish *wish, struct error *error)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
        no_tls(error, wish->host, tls_reason());
    } else if (wish->ca_file && SSL_CTX_load_verify_file(context, wish->ca_file) != 1) {
        error_set(error, EX_CONFIG, (struct place){wish->ca_file, 0, 0},
                  N_("correct ca_file of the relay"), N_("holds no certificate that can be read"));
    } else if (!wish->ca_file && SSL_CTX_set_default_verify_paths(context) != 1) {
        no_tls(error, wish->host, tls_reason());
    } else {
        SSL_CTX_set_verify(context, wish->required ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, NULL);
        SSL_CTX_set_mode(context,
                         SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        return context;
    }
    SSL_CTX_free(context);
    return NULL;
}

static bool is_address(const char *host)
{
    struct in6_addr address;
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

/* RFC 9525: an alternative name of the certificate counts, the common name never, a * stands for
 * one whole label. */
static bool set_name(SSL *ssl, const char *host)
{
    X509_VERIFY_PARAM *parameters = SSL_get0_param(ssl);
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                                                    X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    if (is_address(host))
        return X509_VERIFY_PARAM_set1_ip_asc(parameters, host) == 1;
    return X509_VERIFY_PARAM_set1_host(parameters, host, 0) == 1 &&
           SSL_set_tlsext_host_name(ssl, host) == 1;
}

static bool shake_hands(struct stream *stream, SSL *ssl, usec_t deadline, const char **reason)
{
    for (;;) {
        ERR_clear_error();
        int result = SSL_connect(ssl);
        if (result == 1)
            return true;
        int what = SSL_get_error(ssl, result);
        if (what != SSL_ERROR_WANT_READ && what != SSL_ERROR_WANT_WRITE) {
            long verification = SSL_get_verify_result(ssl);
            *reason = verification != X509_V_OK ? X509_verify_cert_error_string(verification)
                                                : tls_reason();
            return false;
        }
        short ready;
        enum stream_state state =
            stream_wait(stream, what == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline, &ready);
        if (state != STREAM_GOOD) {
            stream->in_state = stream->out_state = state;
            *reason = stream_trouble(stream, state);
            return false;
        }
    }
}

bool tls_start(struct stream *stream, const struct tls_wish *wish, usec_t deadline, bool *verified,
               struct error *error)
{
    __attribute__((cleanup(auto_context))) SSL_CTX *context = new_context(wish, error);
    if (!context)
        return false;
    SSL *ssl = SSL_new(context);
    const char *reason = NULL;
    if (!ssl || !set_name(ssl, wish->host) || SSL_set_fd(ssl, stream->fd) != 1)
        reason = tls_reason();
    else
        (void)shake_hands(stream, ssl, deadline, &reason);
    if (reason) {
        no_tls(error, wish->host, reason);
        SSL_free(ssl);
        return false;
    }
    *verified = SSL_get_verify_result(ssl) == X509_V_OK;
    stream->ssl = ssl;
    return true;
}
