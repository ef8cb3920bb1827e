"""What is inside the packages -> a CycloneDX 1.6 bill of materials (https://cyclonedx.org/docs/1.6/json/).

It has neither time nor serial number, which the standard leaves optional, so that two builds are the same bytes. The
packages for both browsers hold the same parts, so there is one bill for both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from licences import Part
from packageurl import PackageURL


def write_bill(parts: Iterable[Part], target: Path) -> Path:
    """Write the bill of materials of `parts`, the first of which is made of the others; returns its path."""
    whole, *others = [_component(part) for part in parts]
    whole.type = ComponentType.APPLICATION
    bom = Bom(components=others)
    bom.metadata.component = whole
    bom.register_dependency(whole, others)
    bill = json.loads(JsonV1Dot6(bom).output_as_string())
    del bill["serialNumber"], bill["metadata"]["timestamp"]
    target.write_text(json.dumps(bill, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    return target


def _component(part: Part) -> Component:
    return Component(
        name=part.name,
        version=part.version,
        bom_ref=part.purl,
        purl=PackageURL.from_string(part.purl),
        licenses=[LicenseFactory().make_from_string(part.licence)],
        hashes=[HashType(alg=HashAlgorithm(kind), content=digits) for kind, digits in part.hashes.items()],
    )
