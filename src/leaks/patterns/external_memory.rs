//! Array buffers, and small views that keep large ones alive.

use super::{Case, Pattern};
use crate::leaks::growth::GrowthKind;

pub(super) struct ExternalMemory;

impl Pattern for ExternalMemory {
    fn id(&self) -> &'static str {
        "external-memory"
    }

    fn title(&self) -> &'static str {
        "Memory outside of the heap: buffers"
    }

    fn advice(&self) -> &'static str {
        "Copy the bytes that are kept (Buffer.from(view)) rather than keep a slice of a large buffer, and drop buffers when their request is done."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let bytes: u64 = case.growth.bytes.iter().sum();
        let buffers = case.share(|class| {
            matches!(class, "Buffer" | "FastBuffer" | "Uint8Array" | "ArrayBuffer" | "SharedArrayBuffer")
                || class.ends_with("Array") && class != "Array"
        });
        (case.growth.external * 2 > bytes && bytes > 0 || buffers > 0.5 || case.growth.kind == GrowthKind::Buffer).then(
            || vec![format!("{} of it are outside of the heap", crate::analysis::words::bytes(case.growth.external))],
        )
    }
}
