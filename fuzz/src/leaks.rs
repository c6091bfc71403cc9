//! Target `leaks`: three heaps that came one after another, and hints of one alone.

use heap_analyzer::{
    analysis::AnalyzeOptions,
    error::Code,
    leaks::{LeakOptions, find_leaks, overview},
    monitor::Monitor,
    snapshot::Source,
};

use super::{compare::later, entropy::Entropy, heap::Heap};

fn sources(heaps: &[&Heap]) -> Vec<Source> {
    heaps.iter().map(|heap| Source::Bytes(heap.text().into_bytes())).collect()
}

/// Target `leaks`.
pub fn leaks(data: &[u8]) {
    let mut choices = Entropy::new(data);
    let none = Monitor::none();
    let options = LeakOptions { min_growth: 1 + choices.below(4) as u32, final_after_rest: choices.byte() & 1 == 1 };
    let first = Heap::make(&mut choices, 30);
    let second = later(&first, &mut choices);
    let third = later(&second, &mut choices);

    let copies = find_leaks(sources(&[&first, &first, &first]), options, &none).unwrap_err();
    assert_eq!(copies.code(), Code::Usage);

    match find_leaks(sources(&[&first, &second, &third]), options, &none) {
        // Two of the three may be copies.
        Err(error) => assert_eq!(error.code(), Code::Usage, "{error}"),
        Ok(answer) => {
            let report = serde_json::to_value(&answer).unwrap();
            let total: u64 = third.nodes.iter().map(|node| node.size).sum();
            for finding in report["findings"].as_array().unwrap() {
                assert_eq!(finding["entries"]["perSnapshot"].as_array().unwrap().len(), 3, "{finding:#}");
                assert!(finding["bytes"]["retained"].as_u64().unwrap() <= total, "{finding:#}");
                assert!(finding["retainers"]["cutFrees"].as_u64().unwrap() <= total, "{finding:#}");
                assert!(!finding["sentence"].as_str().unwrap().is_empty());
            }
            assert!(report["conclusive"] == true || report["findings"].as_array().unwrap().is_empty());
            assert!(report["noise"]["bytes"].as_u64().unwrap() <= total);
        }
    }

    let all = AnalyzeOptions { packages: true, duplicates: true, all_classes: true, map: true, top: 25 };
    let source = sources(&[&third]).remove(0);
    let overview = serde_json::to_value(overview(source, all, u64::MAX, &none).unwrap()).unwrap();
    let total = overview["totals"]["selfSize"].as_u64().unwrap();
    for list in ["packages", "modules", "classes", "biggest"] {
        for row in overview[list].as_array().unwrap() {
            assert!(row["retainedSize"].as_u64().unwrap() <= total, "{row:#}");
        }
    }
    for hint in overview["findings"].as_array().unwrap() {
        assert!(hint["bytes"]["retained"].as_u64().unwrap() <= total, "{hint:#}");
    }
}
