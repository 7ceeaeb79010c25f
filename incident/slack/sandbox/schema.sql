-- Everything a workspace remembers. Times are integers: microseconds since 1970 (`at`, Slack's ts without the point) unless named `_s` (seconds).
CREATE TABLE IF NOT EXISTS people (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, real_name TEXT NOT NULL, email TEXT NOT NULL, locale TEXT NOT NULL,
  tz TEXT NOT NULL, title TEXT NOT NULL, is_guest INTEGER NOT NULL, is_bot INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0, updated_s INTEGER NOT NULL, team TEXT NOT NULL DEFAULT 'T0SANDBOX'
);
CREATE INDEX IF NOT EXISTS people_email ON people (email);
CREATE TABLE IF NOT EXISTS channels (
  id TEXT PRIMARY KEY, name TEXT UNIQUE, kind TEXT NOT NULL, pair TEXT UNIQUE, creator TEXT NOT NULL, created_s INTEGER NOT NULL,
  archived INTEGER NOT NULL DEFAULT 0, topic TEXT NOT NULL DEFAULT '{}', purpose TEXT NOT NULL DEFAULT '{}',
  previous_names TEXT NOT NULL DEFAULT '[]', last_at INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS members (
  channel TEXT NOT NULL, person TEXT NOT NULL, joined_at INTEGER NOT NULL, read_at INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (channel, person)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS members_person ON members (person);
-- audience: the one person an ephemeral message is for. in_channel: shown in the main flow (not only in its thread).
CREATE TABLE IF NOT EXISTS messages (
  channel TEXT NOT NULL, at INTEGER NOT NULL, author TEXT NOT NULL, thread INTEGER, in_channel INTEGER NOT NULL DEFAULT 1,
  audience TEXT, body TEXT NOT NULL, PRIMARY KEY (channel, at)
);
CREATE INDEX IF NOT EXISTS messages_thread ON messages (channel, thread) WHERE thread IS NOT NULL;
CREATE TABLE IF NOT EXISTS pins (
  channel TEXT NOT NULL, at INTEGER NOT NULL, person TEXT NOT NULL, created_s INTEGER NOT NULL, PRIMARY KEY (channel, at)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bookmarks (id TEXT PRIMARY KEY, channel TEXT NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS bookmarks_channel ON bookmarks (channel);
CREATE TABLE IF NOT EXISTS reactions (
  channel TEXT NOT NULL, at INTEGER NOT NULL, name TEXT NOT NULL, person TEXT NOT NULL, PRIMARY KEY (channel, at, name, person)
) WITHOUT ROWID;
-- body: the bytes, null until they arrive at /upload/v1/<ticket>. shared: where, as [[channel, at]…]. deleted: 1 for good.
CREATE TABLE IF NOT EXISTS files (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL, alt TEXT NOT NULL DEFAULT '',
  size INTEGER NOT NULL, ticket TEXT UNIQUE, body BLOB, created_s INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0,
  deleted INTEGER NOT NULL DEFAULT 0, shared TEXT NOT NULL DEFAULT '[]'
);
CREATE TABLE IF NOT EXISTS scheduled (
  id TEXT PRIMARY KEY, channel TEXT NOT NULL, thread INTEGER, broadcast INTEGER NOT NULL DEFAULT 0, post_s INTEGER NOT NULL,
  created_s INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS scheduled_due ON scheduled (post_s);
-- open: 1 while the person sees it. previous: the view below it. state, errors: what was typed and refused.
CREATE TABLE IF NOT EXISTS views (
  id TEXT PRIMARY KEY, person TEXT NOT NULL, type TEXT NOT NULL, external_id TEXT UNIQUE, root TEXT NOT NULL, previous TEXT,
  open INTEGER NOT NULL DEFAULT 1, opened_at INTEGER NOT NULL, hash TEXT NOT NULL, body TEXT NOT NULL,
  state TEXT NOT NULL DEFAULT '{}', errors TEXT NOT NULL DEFAULT '{}', notice TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS views_person ON views (person, type, open);
CREATE TABLE IF NOT EXISTS triggers (
  id TEXT PRIMARY KEY, person TEXT NOT NULL, view TEXT, expires_at INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS response_urls (
  key TEXT PRIMARY KEY, channel TEXT NOT NULL, person TEXT NOT NULL, message INTEGER, uses INTEGER NOT NULL DEFAULT 0, expires_at INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS usergroups (id TEXT PRIMARY KEY, handle TEXT NOT NULL UNIQUE, name TEXT NOT NULL, people TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS faults (id INTEGER PRIMARY KEY, method TEXT NOT NULL, kind TEXT NOT NULL, times INTEGER);
CREATE TABLE IF NOT EXISTS buckets (key TEXT PRIMARY KEY, level REAL NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS calls (
  id INTEGER PRIMARY KEY, method TEXT NOT NULL, at INTEGER NOT NULL, ok INTEGER NOT NULL, error TEXT, args TEXT NOT NULL, digest TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS calls_method ON calls (method, ok, error);
CREATE TABLE IF NOT EXISTS outgoing (
  id TEXT PRIMARY KEY, body TEXT NOT NULL, attempt INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',
  due_at INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting'
);
CREATE INDEX IF NOT EXISTS outgoing_due ON outgoing (state, due_at);
CREATE TABLE IF NOT EXISTS tour (key TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS switches (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT OR IGNORE INTO switches VALUES ('version', 0);
