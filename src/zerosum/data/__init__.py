"""Pictures: where they come from, the store that keeps them, the batches that networks see."""

from zerosum.data.adaptation import AdaptationBatches
from zerosum.data.audit import Audit, audit
from zerosum.data.batches import Batches
from zerosum.data.dataset import NO_LABEL, StoreDataset
from zerosum.data.domains import (
    DomainBatches,
    Domains,
    Pairing,
    build_domains,
    make_domain_batches,
    open_domains,
)
from zerosum.data.scaling import scale, unscale
from zerosum.data.settings import StoreSettings, default_settings
from zerosum.data.sources import Source, absolute, as_spec, is_named, open_source
from zerosum.data.store import Store, build_store
from zerosum.data.subsets import hold_out, labels_per_class

__all__ = [
    "NO_LABEL",
    "AdaptationBatches",
    "Audit",
    "Batches",
    "DomainBatches",
    "Domains",
    "Pairing",
    "Source",
    "Store",
    "StoreDataset",
    "StoreSettings",
    "absolute",
    "as_spec",
    "audit",
    "build_domains",
    "build_store",
    "default_settings",
    "hold_out",
    "is_named",
    "labels_per_class",
    "make_domain_batches",
    "open_domains",
    "open_source",
    "scale",
    "unscale",
]
