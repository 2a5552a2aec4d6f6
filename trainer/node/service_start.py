"""One start of the service: files loaded as Falco loads them, and the whole recording evaluated at once."""

from __future__ import annotations

import time
from dataclasses import replace

from trainer.errors import TrainerError
from trainer.node.falco_yaml import alert_printer
from trainer.node.journal import Journal
from trainer.node.place import Place
from trainer.node.replay import node_events
from trainer.node.service_state import FAILED, RUNNING, ServiceState, fingerprint
from trainer.node.setup import FalcoRefuses, set_up


def start_falco(place: Place, journal: Journal, pid: int) -> ServiceState:
    """Active, or failed with the reason. Alerts of stdout go to the journal; those of syslog_output to both, and no line is there twice."""
    try:
        ready = set_up(place, None, (), (), lambda line: journal.log(pid, line))
        settings = ready.settings
        settings = replace(settings, stdout_enabled=settings.stdout_enabled or settings.syslog_enabled)
        journal.log(pid, "Loaded event sources: syscall")

        def show(line: str) -> None:
            journal.log(pid, line, syslog=settings.syslog_enabled)

        with alert_printer(settings, show, event_num=False, locate=place.of) as printer:
            for event in node_events(place):
                for alert in ready.ruleset.match(event, matching=settings.rule_matching):
                    printer.show(alert)
    except FalcoRefuses as refusal:
        return ServiceState(FAILED, pid, time.time(), message=refusal.message)
    except TrainerError as error:
        return ServiceState(FAILED, pid, time.time(), message=error.message)
    files = tuple(map(str, ready.files))
    return ServiceState(RUNNING, pid, time.time(), files, fingerprint(files), settings.watch_config_files)
