-- A queue of the first schema, with one issue that was sent to six.
CREATE TABLE issue ( id INTEGER PRIMARY KEY, publication TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL, date TEXT, document TEXT, document_sha256 TEXT, parcel TEXT NOT NULL, message_id TEXT NOT NULL, envelope_from TEXT NOT NULL, total_number INTEGER NOT NULL, personal INTEGER NOT NULL, state INTEGER NOT NULL, why INTEGER NOT NULL DEFAULT 0, why_text TEXT, accepted_at INTEGER NOT NULL, finished_at INTEGER, filed INTEGER NOT NULL DEFAULT 0, reported INTEGER NOT NULL DEFAULT 0, first INTEGER NOT NULL, last INTEGER NOT NULL, cursor INTEGER NOT NULL, queued INTEGER NOT NULL DEFAULT 0, sending INTEGER NOT NULL DEFAULT 0, sent INTEGER NOT NULL DEFAULT 0, deferred INTEGER NOT NULL DEFAULT 0, unknown INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL DEFAULT 0, suppressed INTEGER NOT NULL DEFAULT 0, cancelled INTEGER NOT NULL DEFAULT 0, cancelling INTEGER NOT NULL DEFAULT 0, UNIQUE (publication, key));
CREATE TABLE issue_group ( issue INTEGER NOT NULL REFERENCES issue, position INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (issue, position)) WITHOUT ROWID;
CREATE TABLE delivery ( id INTEGER PRIMARY KEY, issue INTEGER NOT NULL REFERENCES issue, address TEXT NOT NULL, name TEXT, title TEXT, unit TEXT, groups TEXT NOT NULL, state INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, unknown_tries INTEGER NOT NULL DEFAULT 0, losses INTEGER NOT NULL DEFAULT 0, alone INTEGER NOT NULL DEFAULT 0, relay TEXT, code INTEGER, enhanced TEXT, answer TEXT, sent_at INTEGER, next_attempt INTEGER);
CREATE INDEX delivery_due ON delivery (issue, next_attempt) WHERE next_attempt IS NOT NULL;
CREATE TABLE attempt ( delivery INTEGER NOT NULL REFERENCES delivery, at INTEGER NOT NULL, relay TEXT, event INTEGER NOT NULL, code INTEGER, enhanced TEXT, answer TEXT);
CREATE TABLE bar ( issue INTEGER NOT NULL REFERENCES issue, relay TEXT NOT NULL, answer TEXT, PRIMARY KEY (issue, relay)) WITHOUT ROWID;
CREATE TABLE suppression ( address TEXT PRIMARY KEY, why TEXT NOT NULL, who TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER) WITHOUT ROWID;
CREATE TABLE history ( id INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, issue INTEGER REFERENCES issue, issue_name TEXT, address TEXT, detail TEXT);
CREATE INDEX history_issue ON history (issue);
INSERT INTO issue (id, publication, key, kind, title, parcel, message_id, envelope_from, total_number, personal,
 state, accepted_at, finished_at, filed, reported, first, last, cursor, sent)
 VALUES (1, 'weekly', '2023-24', 'regular', 'Weekly', '2023-24', 'id@example.org', 'weekly@example.org', 77, 0,
 3, 1, 2, 1, 1, 1, 6, 6, 6);
INSERT INTO issue_group VALUES (1, 0, 'all', 'everybody');
INSERT INTO delivery (id, issue, address, name, groups, state) VALUES
 (1, 1, 'r1@example.org', 'one', 'all', 2), (2, 1, 'r2@example.org', 'two', 'all', 2),
 (3, 1, 'r3@example.org', 'three', 'all', 2), (4, 1, 'r4@example.org', 'four', 'all', 2),
 (5, 1, 'r5@example.org', 'five', 'all', 2), (6, 1, 'r6@example.org', 'six', 'all', 2);
PRAGMA user_version = 1;
