/* What follows from a verdict: the table "Failure sorts" of the architecture as a pure function. */
#pragma once
#include "conf/conf.h"
#include "queue/state.h"
#include "smtp/answers.h"
#include "smtp/job.h"

struct situation { /* one recipient's verdict, and what else is known */
    enum verdict_kind kind;
    enum smtp_stage stage;
    int code;
    enum answer_class class;
    bool mailbox_code; /* the enhanced code is x.1.x or x.2.x: about the address */
    size_t lot;        /* recipients of the transaction */
    size_t taken;      /* those of them whose RCPT was taken */
    bool all_ours;     /* every RCPT of it got the same answer that is not about an address */
    bool personal;
    bool in_lane; /* its recipients' domain has limits of its own */
    bool notice;  /* of the daemon's own: nobody waits at it to release it */
    bool lost;    /* the connection went, or the sender died, under this transaction */
    int attempts, unknown_tries, losses; /* of the delivery, before this */
    unsigned ours_streak;    /* such answers in a row at this relay, without one taken between */
    unsigned content_streak; /* personal messages in a row refused alike at the end of data */
    bool taken_before;       /* the relay has taken this issue for somebody */
    enum after_unknown after_unknown;
};

enum when { WHEN_NEVER, WHEN_NOW, WHEN_SCHEDULE };

enum blame {
    BLAME_NOBODY,     /* or the recipient alone */
    BLAME_LOT,        /* smaller lots from now on */
    BLAME_ISSUE,      /* this relay does not get this issue again without a person */
    BLAME_RELAY,      /* it rests */
    BLAME_RELAY_SOFT, /* it rests if that is repeated */
};

struct decision {
    enum delivery_event event;
    enum when when;
    enum blame blame;
    bool counts; /* as an attempt */
    bool lost;   /* counts as a loss */
    bool alone;  /* from now on */
};

struct decision decide(const struct situation *situation);
