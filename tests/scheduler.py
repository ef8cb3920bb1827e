"""Lanes: pytest-xdist's scheduler of whole files, which gives each worker the file that `next_file` chooses."""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

from tests.lanes import in_browser, next_file


class Lanes(LoadFileScheduling):
    """Whole files for each worker, as `next_file` chooses them."""

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        self._browsers_first: dict[WorkerController, bool] = {}

    def add_node(self, node: WorkerController) -> None:
        """Add a worker; it has the browsers if most of the others do not."""
        kinds = [self._browsers_first[other] for other in self.nodes]
        super().add_node(node)
        self._browsers_first[node] = kinds.count(False) > kinds.count(True)

    def _assign_work_unit(self, node: WorkerController) -> None:
        begun = any(in_browser(file) for file in self.assigned_work[node])
        first = self._browsers_first[node]
        has_lane = any(self._browsers_first[other] for other in self.nodes)
        file = next_file(
            self.workqueue, takes_browsers=first or not has_lane, browsers_first=first, browsers_begun=begun
        )
        if file is None:
            node.shutdown()
            return
        self.workqueue.move_to_end(file, last=False)
        super()._assign_work_unit(node)
