//! Target `map`: whose the bytes are and where, by package, file, class and holder, held against a climb from every
//! single node; and the parts of a summary, which are those that an open heap gives one by one.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use heap_analyzer::{
    analysis::{AnalyzeOptions, MapBox, duplicate_strings, packages_of, summarize},
    monitor::Monitor,
    snapshot::Source,
};
use serde_json::Value;

use super::{
    entropy::Entropy,
    facts::{Facts, cut},
    owners::{File, files, holder},
    program::program,
};

/// Boxes at most: packages, files, classes, holders.
const MOST: [usize; 4] = [40, 60, 24, 12];

/// Target `map`.
pub fn map(data: &[u8]) {
    let mut choices = Entropy::new(data);
    let flags = choices.byte();
    let options = AnalyzeOptions {
        top: choices.below(8),
        all_classes: flags & 1 == 1,
        packages: flags & 2 == 0,
        duplicates: flags & 4 == 0,
        map: true,
    };
    let heap = program(&mut choices, 30);
    let facts = Facts::of(&heap);
    let files = files(&facts);
    let answer = summarize(Source::Bytes(heap.text().into_bytes()), options, &Monitor::none()).unwrap();
    check_parts(&facts, &files, &serde_json::to_value(&answer).unwrap(), options);
    check_map(&facts, &files, answer.body().map.as_ref().unwrap());
}

/// Packages and equal strings, asked for with everything else, of an open heap, and of the model.
fn check_parts(facts: &Facts, files: &[File], summary: &Value, options: AnalyzeOptions) {
    let none = Monitor::none();
    let same = |part: Value| {
        for (key, value) in part.as_object().unwrap() {
            assert_eq!(summary[key], *value);
        }
    };
    if options.duplicates {
        same(serde_json::to_value(duplicate_strings(&facts.graph, options.top, &none).unwrap()).unwrap());
    }
    let most = if options.all_classes { usize::MAX } else { options.top };
    let told = packages_of(&facts.graph, most, &none).unwrap();
    if options.packages {
        same(serde_json::to_value(&told).unwrap());
    }
    let figures = |wanted: &dyn Fn(&File) -> bool| {
        let members: Vec<usize> =
            (0..files.len()).filter(|&node| facts.shallow[node] > 0 && wanted(&files[node])).collect();
        let size = members.iter().map(|&node| facts.shallow[node]).sum::<u64>();
        (size, facts.retained_by_all(&members), members.len() as u64)
    };
    let with_bytes = || (0..files.len()).filter(|&node| facts.shallow[node] > 0).map(|node| &files[node]);
    let packages: BTreeSet<&String> = with_bytes().map(|file| &file.package).collect();
    let modules: BTreeSet<&File> = with_bytes().collect();
    assert_eq!((told.package_count, told.module_count), (packages.len(), modules.len()));
    assert_eq!((told.packages.len(), told.modules.len()), (packages.len().min(most), modules.len().min(most)));
    for row in &told.packages {
        let wanted = |file: &File| file.package == row.name;
        assert_eq!((row.self_size, row.retained_size, row.count), figures(&wanted), "{row:?}");
    }
    for row in &told.modules {
        let wanted = |file: &File| (&file.package, &file.name) == (&row.package, &row.name);
        assert_eq!((row.self_size, row.retained_size, row.count), figures(&wanted), "{row:?}");
    }
}

/// What is in a box that the model expects: by what tells it from others, its name, bytes, nodes, and what is in it.
#[derive(Default)]
struct Expected {
    name: String,
    /// Id and retained size of a holder.
    holder: Option<(u32, u64)>,
    size: u64,
    count: u64,
    children: BTreeMap<String, Expected>,
}

impl Expected {
    fn add(&mut self, size: u64) {
        self.size += size;
        self.count += 1;
    }

    fn child(&mut self, key: String, name: String) -> &mut Self {
        self.children.entry(key).or_insert_with(|| Self { name, ..Self::default() })
    }
}

fn check_map(facts: &Facts, files: &[File], map: &MapBox) {
    let mut all = Expected::default();
    for node in (0..files.len()).filter(|&node| facts.shallow[node] > 0) {
        let (size, holder) = (facts.shallow[node], holder(facts, files, node));
        let File { package, name } = &files[node];
        let (class, key) = facts.class(holder);
        all.add(size);
        let of_package = all.child(package.clone(), package.clone());
        of_package.add(size);
        let of_file = of_package.child(name.clone(), name.clone());
        of_file.add(size);
        let of_class = of_file.child(key.to_owned(), cut(class, 120));
        of_class.add(size);
        let of_holder = of_class.child(holder.to_string(), String::new());
        of_holder.holder = Some((facts.model.nodes[holder].id, facts.retained[holder]));
        of_holder.add(size);
    }
    let least = all.size / 5000;
    check_box(map, &all, 0, least);
}

/// Every box that is told is one of those expected, the biggest are told, and the rest is in one.
fn check_box(told: &MapBox, expected: &Expected, depth: usize, least: u64) {
    assert_eq!((told.size, told.count), (expected.size, expected.count), "{}", told.name);
    let (rest, boxes): (Vec<_>, Vec<_>) = told.children.iter().partition(|child| child.others.is_some());
    assert!(rest.len() <= 1);
    let mut left: Vec<&Expected> = expected.children.values().collect();
    left.sort_by_key(|child| Reverse(child.size));
    // Too small to be seen, where boxes are of classes or holders.
    let is_seen = |child: &Expected| depth < 2 || child.size >= least;
    let most = left.iter().filter(|child| is_seen(child)).count().min(MOST[depth]);
    assert_eq!(boxes.len(), most, "{}", told.name);
    let mut last = u64::MAX;
    for child in boxes {
        assert!(child.size <= last);
        last = child.size;
        let is_it = |other: &&Expected| {
            let holder = child.id.map(|id| id.0).zip(child.retained_size);
            (other.size, other.count, other.holder) == (child.size, child.count, holder)
                && (holder.is_some() || other.name == child.name)
        };
        let twins = expected.children.values().filter(is_it).count();
        let at = left.iter().position(is_it).unwrap_or_else(|| panic!("no such box: {child:?}"));
        let found = left.remove(at);
        // Of several that look alike nobody can say which this is.
        if depth < 3 && twins == 1 {
            check_box(child, found, depth + 1, least);
        }
    }
    assert!(left.iter().all(|child| child.size <= last || !is_seen(child)));
    let others =
        (left.len() as u64, left.iter().map(|child| child.size).sum(), left.iter().map(|child| child.count).sum());
    let rest = rest.first().map_or((0, 0, 0), |rest| (rest.others.unwrap(), rest.size, rest.count));
    assert_eq!(rest, others, "{}", told.name);
}
