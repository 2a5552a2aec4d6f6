"""The TUI's widgets. Each shows one thing and says what the learner did by posting a message."""
