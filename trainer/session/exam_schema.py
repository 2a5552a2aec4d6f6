"""The tables of exam attempts: what makes version 2 of the store from version 1."""

from __future__ import annotations

EXAM_SCHEMA = """
CREATE TABLE IF NOT EXISTS exam_attempt (
    id INTEGER PRIMARY KEY, exam TEXT NOT NULL, uuid TEXT NOT NULL, pack TEXT NOT NULL, title TEXT NOT NULL, seed INTEGER NOT NULL,
    duration REAL NOT NULL, pass_percent INTEGER NOT NULL, clock TEXT NOT NULL, counting INTEGER NOT NULL,
    started_at REAL NOT NULL, elapsed REAL NOT NULL, boot_id TEXT NOT NULL, boot_seconds REAL NOT NULL, wall_seconds REAL NOT NULL,
    current INTEGER NOT NULL, state TEXT NOT NULL, ended_at REAL, folder TEXT, percent REAL, passed INTEGER, report TEXT
);
CREATE UNIQUE INDEX IF NOT EXISTS exam_one_running ON exam_attempt (state) WHERE state = 'running';
CREATE TABLE IF NOT EXISTS exam_task (
    attempt INTEGER NOT NULL, number INTEGER NOT NULL, exercise TEXT NOT NULL, points INTEGER NOT NULL, seed INTEGER NOT NULL,
    flagged INTEGER NOT NULL DEFAULT 0, note BLOB NOT NULL DEFAULT x'', seconds REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (attempt, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS exam_draft (
    attempt INTEGER NOT NULL, number INTEGER NOT NULL, file TEXT NOT NULL, text BLOB NOT NULL, saved_at REAL NOT NULL,
    starter TEXT NOT NULL, seen TEXT NOT NULL, PRIMARY KEY (attempt, number, file)
) WITHOUT ROWID;
"""
