//! Heaps that stay open: whatever happens to their index, they say what the snapshot says.

use std::{
    fs,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::*;
use crate::{
    analysis::{self, CompareOptions, Filter, InspectOptions, Keeper, Order, Scripts},
    index::{Indexing, Place},
    leaks,
    snapshot::{NodeId, ObjectId, Source},
    store::{self, Reading, Shelf, Tag, scratch::Scratch},
    testing::small_heap,
};

fn subject(path: &Path) -> Subject {
    let indexing = Indexing { place: Place::Beside, smallest: 0, keeper: None };
    Subject::indexed(Source::File(path.to_path_buf()), indexing)
}

fn one<T>(heap: &Staying, ask: impl Fn(&HeapGraph) -> Result<T>) -> Result<T> {
    look(&[heap], &Monitor::none(), |graphs| ask(&graphs[0]))
}

/// A heap that fills most sections of an index: with states of DOM nodes, equal strings, places in source, an allocation
/// stack, and tables of scopes.
fn full_heap() -> String {
    let mut heap = small_heap();
    let large = heap.node("native", "ArrayBuffer", 31, 1 << 33);
    let page = heap.node("native", "Detached HTMLDivElement", 33, 64);
    let context = heap.node("object", "system / Context", 35, 48);
    let (shared, script) = (heap.node("code", "shared", 37, 24), heap.node("code", "app.js", 39, 24));
    let strings = [heap.new_string("equal", 41), heap.new_string("equal", 43)];
    for (name, to) in ["buffer", "page", "first", "second"].into_iter().zip([large, page, strings[0], strings[1]]) {
        heap.edge(1, "property", name, to);
    }
    for (id, at) in [(51, "0"), (53, "1"), (55, "2")] {
        let point = heap.node("object", "Object", id, 32);
        heap.edge(8, "element", at, point);
        heap.edge(point, "property", "left", strings[0]);
        heap.edge(point, "property", "right", strings[1]);
    }
    heap.edge(10, "internal", "context", context);
    heap.edge(10, "internal", "shared", shared);
    heap.edge(shared, "internal", "script", script);
    heap.edge(context, "context", "big", large);
    let (app, big) = (heap.string("app.js"), heap.string("big"));
    let whole = heap.text();
    let (fields, count) = ("\"location_fields\"", "\"trace_function_count\":0");
    assert!(
        whole.contains(fields)
            && whole.contains(count)
            && whole.contains(",11,50,1,0,0")
            && whole.contains(",33,64,0,0,0")
    );
    whole
        .replace(
            fields,
            "\"trace_function_info_fields\":[\"function_id\",\"name\",\"script_name\",\"script_id\",\"line\",\"column\"],\
             \"trace_node_fields\":[\"id\",\"function_info_index\",\"count\",\"size\",\"children\"],\
             \"scope_fields\":[\"script_node_index\",\"scope_id\",\"depth\",\"scope_context_vars_count\",\
             \"scope_uses_count\"],\"scope_context_var_fields\":[\"name\"],\
             \"scope_use_fields\":[\"declaring_scope_id\",\"slot_index\"],\"location_fields\"",
        )
        .replace(count, "\"trace_function_count\":1")
        .replace("\"trace_function_infos\":[]", &format!("\"trace_function_infos\":[7,{app},{app},42,4,8]"))
        .replace("\"trace_tree\":[]", "\"trace_tree\":[1,0,0,0,[2,0,1,8,[]]]")
        .replace(",11,50,1,0,0", ",11,50,1,2,0")
        .replace(",33,64,0,0,0", ",33,64,0,0,2")
        .replace(
            "\"samples\":[]",
            &format!(
                "\"scopes\":[{0},-2,0,0,0,{0},11,1,1,1],\"scope_context_vars\":[{big}],\"scope_uses\":[11,0]",
                script * 7
            ),
        )
}

/// Every question, and every figure of every node.
fn everything(graph: &HeapGraph) -> Result<Vec<String>> {
    fn json(value: impl serde::Serialize) -> String {
        serde_json::to_string(&value).unwrap()
    }
    let none = &Monitor::none();
    let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
    let all: Vec<NodeId> = nodes.all().collect();
    let mut told = vec![
        json(analysis::captures(graph, 0, none)?),
        json(analysis::class_table(graph, none)?),
        json(analysis::statistics(graph, none)?),
        json(analysis::duplicate_strings(graph, 9, none)?),
        json(analysis::packages_of(graph, 9, none)?),
        json(analysis::compare_heaps(graph, graph, CompareOptions { top: None, growth: true }, none)?),
        json(analysis::collections(graph, 9, none)?),
        json(analysis::collection_sizes(graph, 0, none)?),
        json(analysis::waste(graph, 9, none)?),
        analysis::missing(graph, ObjectId(4)).to_string(),
        format!("{:?}", graph.interfaces(none)?),
        format!("{:?}", graph.snapshot().source_scopes.as_ref().map(|tables| tables.read(none)).transpose()?),
    ];
    for by in [Order::RetainedSize, Order::SelfSize, Order::References] {
        told.push(json(analysis::objects(graph, &all, (9, by), none)?));
    }
    for keeper in [Keeper::DetachedDom, Keeper::EventHandlers, Keeper::Contexts, Keeper::Console] {
        told.push(format!("{:?}", analysis::retained_by(graph, keeper, none)?));
    }
    let filter = Filter { min_retained: Some(40), newer_than: Some(5), detached: Some(false), ..Filter::default() };
    told.push(format!("{:?}", analysis::select(graph, &filter, (0, u32::MAX), none)?));
    let (shallow, retained) = (graph.shallow_sizes(none)?, graph.retained_sizes(none)?);
    let (classes, tree, scripts) = (graph.classes(none)?, graph.dominator_tree(none)?, Scripts::of(graph));
    for &node in &all {
        told.push(json(analysis::inspect_open(graph, node, InspectOptions::default(), none)?));
        told.push(json(analysis::ways_to(graph, node, (3, false), &[], none)?));
        told.push(json((analysis::held_by(graph, node, none)?, analysis::value_of(graph, node, 9, none)?)));
        let figures = (nodes.kind(node), nodes.name(node), nodes.id(node), nodes.edges(node), shallow.get(node));
        let facts = (retained.get(node), graph.distances(none)?.get(node), &classes.get(node).key, graph.word(node));
        let above = (tree.immediate(node), tree.subtree(node).collect::<Vec<_>>(), graph.dom_states().state(node));
        let held: Vec<usize> = graph.retainers(none)?.edges(node).collect();
        told.push(format!(
            "{figures:?} {facts:?} {above:?} {held:?} {:?} {:?}",
            graph.ways(none)?.via(node),
            scripts.place(graph, node)
        ));
    }
    for edge in 0..edges.len() {
        told.push(format!("{:?} {:?} {:?}", edges.kind(edge), edges.name_or_index(edge), edges.target(edge)));
    }
    told.extend((0..graph.snapshot().strings.len()).map(|id| graph.snapshot().strings.text(id as u32).into_owned()));
    Ok(told)
}

/// That two lists of answers are the same, and where they are not.
fn same(told: &[String], expected: &[String], what: impl std::fmt::Debug) {
    assert_eq!(told.len(), expected.len(), "{what:?}");
    for (told, expected) in told.iter().zip(expected) {
        assert_eq!(told, expected, "{what:?}");
    }
}

/// Opens an index and gives where the blocks of its sections are.
fn blocks(index: &Path) -> Vec<(Tag, u64)> {
    Shelf::open(store::open(index, Reading::Read).unwrap()).unwrap().blocks()
}

/// Changes a byte of a file in its place, so that who has it open sees it.
fn flip(file: &Path, at: u64) {
    let byte = fs::read(file).unwrap()[at as usize] ^ 0x10;
    let mut file = fs::File::options().write(true).open(file).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[byte]).unwrap();
}

/// A snapshot as text or packed, and its index.
fn written(scratch: &Scratch, packed: bool) -> (PathBuf, PathBuf) {
    let path = scratch.file("heap.heapsnapshot");
    let text = full_heap();
    fs::write(&path, if packed { zstd::encode_all(text.as_bytes(), 1).unwrap() } else { text.into_bytes() }).unwrap();
    (path, scratch.file("heap.heapsnapshot.heapindex"))
}

#[test]
fn every_question_is_answered_whichever_block_of_the_index_is_damaged() {
    let none = Monitor::none();
    for packed in [false, true] {
        let scratch = Scratch::new();
        let (path, index) = written(&scratch, packed);
        let plain = open(Source::File(path.clone()).into(), true, &none).unwrap();
        let told = one(&plain, everything).unwrap();
        let hints = look(&[&plain], &none, |graphs| leaks::hints_of(&graphs[0], &none)).unwrap();
        let hints = serde_json::to_string(&hints).unwrap();
        let first = open(subject(&path), true, &none).unwrap();
        same(&one(&first, everything).unwrap(), &told, "first");
        first.keep(&none);
        let whole = fs::read(&index).unwrap();
        let blocks = blocks(&index);
        // Some sections are of text that only a packed snapshot leaves in its index.
        assert!(blocks.len() > 41, "{} blocks", blocks.len());
        let mut noticed = 0;
        for (number, &(tag, at)) in blocks.iter().enumerate() {
            for prepared in [false, true] {
                fs::write(&index, &whole).unwrap();
                // Half of them before the heap is opened and half of them afterwards.
                let before = (number % 2 == 0) == prepared;
                if before {
                    flip(&index, at);
                }
                let heap = open(subject(&path), prepared, &none).unwrap();
                if !before {
                    flip(&index, at);
                }
                let of_index = heap.graph().is_of_index();
                same(&one(&heap, everything).unwrap(), &told, tag);
                let found = look(&[&heap], &none, |graphs| leaks::hints_of(&graphs[0], &none)).unwrap();
                assert_eq!(serde_json::to_string(&found).unwrap(), hints, "{tag:?}");
                if !of_index || !heap.graph().is_of_index() {
                    noticed += 1;
                    // It is made anew: nothing is wrong with it any more.
                    heap.keep(&none);
                    let again = open(subject(&path), true, &none).unwrap();
                    assert!(again.graph().is_of_index(), "{tag:?}");
                    same(&one(&again, everything).unwrap(), &told, tag);
                    assert!(again.graph().is_of_index(), "{tag:?}");
                }
            }
        }
        assert!(noticed > blocks.len(), "{noticed} of {}", 2 * blocks.len());
    }
}

#[test]
fn a_snapshot_that_is_another_by_then_is_told() {
    let none = Monitor::none();
    let scratch = Scratch::new();
    let (path, index) = written(&scratch, false);
    open(subject(&path), true, &none).unwrap();
    let heap = open(subject(&path), false, &none).unwrap();
    for (_, at) in blocks(&index) {
        flip(&index, at);
    }
    let whole = fs::read(&path).unwrap();
    fs::write(&path, small_heap().text()).unwrap();
    assert_eq!(one(&heap, everything).unwrap_err().code(), Code::Io);
    fs::remove_file(&path).unwrap();
    let error = one(&heap, everything).unwrap_err();
    assert!(error.to_string().contains("open it again"), "{error}");
    // One that owes nothing to its index goes on.
    fs::write(&path, whole).unwrap();
    fs::remove_file(&index).unwrap();
    let read = open(subject(&path), false, &none).unwrap();
    fs::remove_file(&path).unwrap();
    one(&read, everything).unwrap();
}

#[test]
fn two_heaps_are_compared_whichever_is_damaged() {
    let none = Monitor::none();
    let folders = [Scratch::new(), Scratch::new()];
    let told = |heaps: &[&Staying]| {
        look(heaps, &none, |graphs| {
            let options = CompareOptions { top: None, growth: true };
            let told = analysis::compare_heaps(&graphs[1], &graphs[0], options, &none)?;
            Ok(serde_json::to_string(&told).unwrap())
        })
    };
    let both = folders.each_ref().map(|folder| written(folder, false));
    let open = |at: usize| open(subject(&both[at].0), true, &none).unwrap();
    let (one, other) = (open(0), open(1));
    let plain = told(&[&one, &other]).unwrap();
    for damaged in [0, 1] {
        let (one, other) = (self::open(subject(&both[0].0), false, &none).unwrap(), open(1));
        for (_, at) in blocks(&both[damaged].1) {
            flip(&both[damaged].1, at);
        }
        assert_eq!(told(&[&one, &other]).unwrap(), plain);
        assert!(told(&[&other, &other]).unwrap().contains("\"rowCount\":0"));
    }
}

#[test]
fn what_is_prepared_outlives_its_index() {
    let scratch = Scratch::new();
    let path = scratch.file("heap.heapsnapshot");
    fs::write(&path, small_heap().text()).unwrap();
    let first = open(subject(&path), true, &Monitor::none()).unwrap();
    let again = open(subject(&path), true, &Monitor::none()).unwrap();
    let index = scratch.file("heap.heapsnapshot.heapindex");
    let whole = fs::read(&index).unwrap();
    fs::write(&index, vec![0; whole.len()]).unwrap();
    let sizes = |graph: &HeapGraph| {
        let retained = graph.retained_sizes(&Monitor::none())?;
        Ok(graph.snapshot().nodes.all().map(|node| retained.get(node)).collect::<Vec<_>>())
    };
    assert_eq!(one(&again, sizes).unwrap(), one(&first, sizes).unwrap());
    let edges = |graph: &HeapGraph| Ok(graph.retainers(&Monitor::none())?.edges(NodeId(3)).count());
    assert_eq!(one(&again, edges).unwrap(), one(&first, edges).unwrap());
    // Nothing was read anew for it.
    assert!(again.graph().is_of_index());
}

#[test]
fn what_a_later_question_finds_out_is_in_the_index() {
    let scratch = Scratch::new();
    let path = scratch.file("heap.heapsnapshot");
    fs::write(&path, small_heap().text()).unwrap();
    let opened = || open(subject(&path), false, &Monitor::none()).unwrap();
    let length = || fs::metadata(scratch.file("heap.heapsnapshot.heapindex")).unwrap().len();
    let first = opened();
    let without_facts = length();
    first.keep(&Monitor::none());
    assert_eq!(length(), without_facts);
    let sizes = |graph: &HeapGraph| {
        let retained = graph.retained_sizes(&Monitor::none())?;
        Ok(graph.snapshot().nodes.all().map(|node| retained.get(node)).collect::<Vec<_>>())
    };
    let told = one(&first, sizes).unwrap();
    first.keep(&Monitor::none());
    let with_facts = length();
    assert!(with_facts > without_facts);
    // What is found there is not written a second time.
    let again = opened();
    assert_eq!(one(&again, sizes).unwrap(), told);
    again.keep(&Monitor::none());
    assert_eq!(length(), with_facts);
}

#[test]
fn a_bug_is_an_error() {
    let scratch = Scratch::new();
    let (path, _) = written(&scratch, false);
    for _ in 0..2 {
        // The second has an index, and the snapshot is asked too.
        let heap = open(subject(&path), false, &Monitor::none()).unwrap();
        let error = one(&heap, |_| -> Result<()> { panic!("a bug") }).unwrap_err();
        assert_eq!(error.code(), Code::Internal);
        assert!(!heap.graph().is_of_index());
        assert!(look_once(&heap, |graph| Ok(graph.snapshot().nodes.len())).unwrap().unwrap() > 0);
    }
}
