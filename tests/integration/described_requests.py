"""Whatever the description of the server for other programs allows, and what it does not, asked by schemathesis.

`test_serving_process.py` runs this file in a pytest of its own, which alone loads schemathesis.
"""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings, strategies
from schemathesis.openapi import media_type

from emotion.models import load_model
from emotion.serving import Limits, build
from tests.integration.test_serving_process import MODEL, picture

media_type("image/*", strategies.builds(picture, strategies.integers(0, 255)))
media_type("application/octet-stream", strategies.builds(picture, strategies.integers(0, 255)))
application = build(load_model(MODEL), Limits(rate=0))
schema = schemathesis.openapi.from_asgi("/openapi.json", application, headers={"Host": "127.0.0.1"})


@schema.parametrize()
@settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
def test_every_request_that_its_description_allows_is_answered_as_described(case: Any) -> None:
    case.call_and_validate(headers={"Host": "127.0.0.1"})
