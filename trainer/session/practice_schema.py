"""What makes versions 3 and 4 of the store: what an attempt was made with, sittings, texts of earlier sittings, and giving up."""

from __future__ import annotations

PRACTICE_SCHEMA = """
ALTER TABLE attempt ADD COLUMN seed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN pack TEXT;
ALTER TABLE attempt ADD COLUMN solution INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attempt ADD COLUMN sitting TEXT;
CREATE TABLE IF NOT EXISTS sitting (
    id TEXT PRIMARY KEY, exercise TEXT NOT NULL, seed INTEGER NOT NULL, began_at REAL NOT NULL, seconds REAL NOT NULL DEFAULT 0,
    hints INTEGER NOT NULL DEFAULT 0, solution INTEGER NOT NULL DEFAULT 0, passed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sitting_exercise ON sitting (exercise, began_at);
CREATE TABLE IF NOT EXISTS earlier_draft (
    exercise TEXT NOT NULL, file TEXT NOT NULL, saved_at REAL NOT NULL, text BLOB NOT NULL, sitting TEXT,
    PRIMARY KEY (exercise, file, saved_at)
) WITHOUT ROWID;
"""
GIVEN_UP_SCHEMA = """
ALTER TABLE attempt ADD COLUMN gave_up INTEGER NOT NULL DEFAULT 0;
"""
