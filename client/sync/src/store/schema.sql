-- One device's store: SQLCipher, one file, one transaction for MLS state and ours. Everything is plaintext inside it.
CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- The organisation log as it was verified.
CREATE TABLE log (sequence INTEGER PRIMARY KEY, entry BLOB NOT NULL);
-- Partner organisations' logs as they were verified.
CREATE TABLE partner_log (partner BLOB NOT NULL, sequence INTEGER NOT NULL, entry BLOB NOT NULL, PRIMARY KEY (partner, sequence)) WITHOUT ROWID;
-- Invitations that this device made, and the device that was approved by each.
CREATE TABLE invitations (id BLOB PRIMARY KEY, person BLOB NOT NULL, name TEXT NOT NULL, role INTEGER NOT NULL, code BLOB NOT NULL,
    expires INTEGER NOT NULL, withdrawn INTEGER NOT NULL DEFAULT 0, device BLOB) WITHOUT ROWID;

-- Teams whose group this device is in. `state` is the encoded state of the group after the last commit merged.
CREATE TABLE teams (team BLOB PRIMARY KEY, state BLOB NOT NULL, committed BLOB NOT NULL, vault_generation INTEGER NOT NULL DEFAULT 0,
    acknowledged INTEGER NOT NULL DEFAULT 0, changes INTEGER NOT NULL DEFAULT 0, heads BLOB, gone INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
-- `since`: the generation that the team's history begins with, as that generation's bundle says. `key` is empty once history was cut and what
-- was before is forgotten; the seed stays, for envelopes that are on their way.
CREATE TABLE team_keys (team BLOB NOT NULL, generation INTEGER NOT NULL, key BLOB NOT NULL, seed BLOB, made INTEGER NOT NULL,
    since INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (team, generation)) WITHOUT ROWID;
CREATE TABLE receipts (team BLOB NOT NULL, generation INTEGER NOT NULL, item BLOB NOT NULL, PRIMARY KEY (team, generation)) WITHOUT ROWID;
CREATE TABLE rotations (team BLOB PRIMARY KEY, state BLOB NOT NULL, upload BLOB) WITHOUT ROWID;
-- Names that this device shall write into the directory once it can.
CREATE TABLE pending_names (kind INTEGER NOT NULL, id BLOB NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;

-- Journals: the verified chain, and what the vault says of their heads. A number says which journal of a team it is; another team's journal
-- may have the same one. `behind`: not read to the end since the vault had more. `waits`: the
-- chain before the first entry that was passed over although it may be read yet. `seen`: the head up to which it was read before, while it is
-- read anew.
CREATE TABLE journals (team BLOB NOT NULL, journal BLOB NOT NULL, chain BLOB NOT NULL, author BLOB, behind INTEGER NOT NULL DEFAULT 1,
    waits BLOB, seen BLOB, PRIMARY KEY (team, journal)) WITHOUT ROWID;
CREATE INDEX journals_behind ON journals (team) WHERE behind = 1;
CREATE TABLE remote (team BLOB NOT NULL, journal BLOB NOT NULL, length INTEGER NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (team, journal)) WITHOUT ROWID;
CREATE TABLE entries (team BLOB NOT NULL, journal BLOB NOT NULL, sequence INTEGER NOT NULL, time INTEGER NOT NULL, device BLOB NOT NULL,
    person BLOB NOT NULL, class INTEGER NOT NULL, body BLOB NOT NULL, hash BLOB NOT NULL, header BLOB NOT NULL, log_length INTEGER NOT NULL,
    PRIMARY KEY (team, journal, sequence)) WITHOUT ROWID;
CREATE INDEX entries_assistance ON entries (team, journal) WHERE class BETWEEN 0x0130 AND 0x0132;
CREATE INDEX entries_erasure ON entries (team, journal) WHERE class BETWEEN 516 AND 520;
-- Journals that were erased, and whether the vault was told to delete them: of cases, of their dossiers, and the team's own from before.
-- `own`: this device forgot it itself, and has the vault delete it; of others it knows by hearsay.
CREATE TABLE erased (team BLOB NOT NULL, journal BLOB NOT NULL, own INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (team, journal)) WITHOUT ROWID;
-- What waits to be sent: events in order, and blobs that must be at the vault before the events that name them.
CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, team BLOB NOT NULL, journal BLOB NOT NULL, time INTEGER NOT NULL,
    body BLOB NOT NULL, blob BLOB);
CREATE INDEX outbox_journal ON outbox (team, journal, id);
CREATE TABLE uploads (digest BLOB PRIMARY KEY, team BLOB NOT NULL, journal BLOB NOT NULL, file TEXT NOT NULL, length INTEGER NOT NULL,
    upload TEXT) WITHOUT ROWID;
-- Heads that the keyserver has not been told.
CREATE TABLE untold (team BLOB NOT NULL, journal BLOB NOT NULL, state BLOB NOT NULL, PRIMARY KEY (team, journal)) WITHOUT ROWID;
-- Heads that colleagues recorded, with the vault's word. `unchecked`: not compared yet with what the vault says now.
CREATE TABLE heads (team BLOB NOT NULL, journal BLOB NOT NULL, change INTEGER NOT NULL, length INTEGER NOT NULL, hash BLOB NOT NULL,
    generation INTEGER NOT NULL, word BLOB NOT NULL, unchecked INTEGER NOT NULL, PRIMARY KEY (team, journal)) WITHOUT ROWID;
CREATE INDEX heads_change ON heads (team, change);
CREATE INDEX heads_unchecked ON heads (team) WHERE unchecked = 1;

-- The state of cases, folded from their entries.
CREATE TABLE case_keys (team BLOB NOT NULL, journal BLOB NOT NULL, generation INTEGER NOT NULL, team_generation INTEGER NOT NULL, key BLOB NOT NULL,
    PRIMARY KEY (team, journal, generation)) WITHOUT ROWID;
-- `read`: something of its own journal was read, and its title and status are those. `said_title`, `said_status`: what the team's list says.
CREATE TABLE cases (journal BLOB NOT NULL, team BLOB NOT NULL, title TEXT NOT NULL, status TEXT NOT NULL, read INTEGER NOT NULL DEFAULT 0,
    said_title TEXT, said_status TEXT,
    PRIMARY KEY (journal, team)) WITHOUT ROWID;
CREATE INDEX cases_title ON cases (title);
-- Cases that another team claims by their number.
CREATE VIEW claimed AS SELECT * FROM cases AS one
    WHERE EXISTS (SELECT 1 FROM cases AS other WHERE other.journal = one.journal AND other.team <> one.team);
-- Cases without those that are a claim and nothing else: the vault had no journal of theirs, and it is another team's that was read.
CREATE VIEW standing AS SELECT * FROM cases AS one
    WHERE read = 1
    OR NOT EXISTS (SELECT 1 FROM cases AS other WHERE other.journal = one.journal AND other.team <> one.team AND other.read = 1)
    OR NOT EXISTS (SELECT 1 FROM journals WHERE journals.team = one.team AND journals.journal = one.journal AND behind = 0);
CREATE TABLE fields (team BLOB NOT NULL, journal BLOB NOT NULL, field TEXT NOT NULL, value TEXT NOT NULL, sequence INTEGER NOT NULL,
    PRIMARY KEY (team, journal, field)) WITHOUT ROWID;
-- Every version of every document: the event names it, whatever number its author gave it.
CREATE TABLE documents (team BLOB NOT NULL, journal BLOB NOT NULL, document BLOB NOT NULL, sequence INTEGER NOT NULL, name TEXT NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (team, journal, document, sequence)) WITHOUT ROWID;
CREATE INDEX documents_name ON documents (team, journal, name);
CREATE TABLE notes (team BLOB NOT NULL, journal BLOB NOT NULL, sequence INTEGER NOT NULL, time INTEGER NOT NULL, person BLOB NOT NULL,
    text TEXT NOT NULL, PRIMARY KEY (team, journal, sequence)) WITHOUT ROWID;
-- Fields that a colleague set to something else than what waited here, until the person says which is right.
CREATE TABLE conflicts (team BLOB NOT NULL, journal BLOB NOT NULL, field TEXT NOT NULL, theirs TEXT NOT NULL, mine TEXT NOT NULL,
    person BLOB NOT NULL, time INTEGER NOT NULL, PRIMARY KEY (team, journal, field)) WITHOUT ROWID;
CREATE TABLE names (kind INTEGER NOT NULL, id BLOB NOT NULL, name TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
-- Where in the index a text stands that gives way to another, or to none.
CREATE TABLE indexed (team BLOB NOT NULL, journal BLOB NOT NULL, place TEXT NOT NULL, key TEXT NOT NULL, row INTEGER NOT NULL,
    PRIMARY KEY (team, journal, place, key)) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5 (team UNINDEXED, journal UNINDEXED, place UNINDEXED, text, tokenize = 'trigram');
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);

-- What cases share, and whether all that follows from it was done here. `ended`: the case says so.
-- `newest`: the newest generation of its key. `handover`: 1 if the recipient may go on with the case, 2 if it does.
-- `team_generation` and `recipient_log`: where the team and the recipient's log stood as the dossier's newest key was given.
CREATE TABLE shares (team BLOB NOT NULL, journal BLOB NOT NULL, dossier BLOB NOT NULL, organisation BLOB NOT NULL, recipient BLOB NOT NULL,
    until INTEGER NOT NULL, settled INTEGER NOT NULL DEFAULT 0, ended INTEGER NOT NULL DEFAULT 0, team_generation INTEGER NOT NULL DEFAULT 0,
    recipient_log INTEGER NOT NULL DEFAULT 0, handover INTEGER NOT NULL DEFAULT 0, newest INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (team, journal, dossier));
-- Cases that were another team's, with the dossier that they came in, and how much of them its sender was told.
CREATE TABLE takeovers (team BLOB NOT NULL, journal BLOB NOT NULL, organisation BLOB NOT NULL, sender BLOB NOT NULL, dossier BLOB NOT NULL,
    told INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (team, journal)) WITHOUT ROWID;
-- Envelopes that a team's journal says were taken, in its order.
CREATE TABLE envelopes (team BLOB NOT NULL, envelope BLOB NOT NULL, PRIMARY KEY (team, envelope));
-- Dossiers that this device read, entry by entry, and its author key in each, by the side that it writes for.
CREATE TABLE dossier_entries (organisation BLOB NOT NULL, team BLOB NOT NULL, dossier BLOB NOT NULL, sequence INTEGER NOT NULL,
    entry BLOB NOT NULL, PRIMARY KEY (organisation, team, dossier, sequence)) WITHOUT ROWID;
CREATE TABLE dossier_authors (organisation BLOB NOT NULL, team BLOB NOT NULL, dossier BLOB NOT NULL, side BLOB NOT NULL, author BLOB NOT NULL,
    PRIMARY KEY (organisation, team, dossier, side)) WITHOUT ROWID;

-- What the log says of devices that the person has not looked at yet.
CREATE TABLE notices (kind TEXT NOT NULL, device BLOB NOT NULL, person BLOB NOT NULL, time INTEGER NOT NULL,
    PRIMARY KEY (kind, device)) WITHOUT ROWID;

CREATE TABLE alarms (id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, time INTEGER NOT NULL, team BLOB, journal BLOB,
    UNIQUE (kind, team, journal));
PRAGMA user_version = 1;
