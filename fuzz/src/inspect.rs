//! Target `inspect`: all about one object of any heap, held against the model.

use heap_analyzer::{
    analysis::{InspectOptions, inspect as inspect_one},
    error::Code,
    monitor::Monitor,
    snapshot::{ObjectId, Source},
};

use super::{
    entropy::Entropy,
    heap::Heap,
    model::{Model, Reading},
};

/// Target `inspect`.
pub fn inspect(data: &[u8]) {
    let mut choices = Entropy::new(data);
    let options = InspectOptions {
        limit: choices.below(8),
        text_limit: choices.below(40),
        paths: choices.below(5),
        hidden: choices.byte() & 1 == 1,
        raw_paths: choices.byte() & 1 == 1,
    };
    let wanted = choices.byte();
    let heap = Heap::make(&mut choices, 40);
    let text = heap.text();
    let Reading::Valid(model) = Model::read(text.as_bytes()) else { panic!("the heap is none: {text}") };
    let ids: Vec<u32> = model.nodes.iter().map(|node| node.id).collect();
    let id = if wanted == 255 { 0xffff_fff0 } else { ids[usize::from(wanted) % ids.len()] };
    let source = Source::Bytes(text.clone().into_bytes());
    let answer = match inspect_one(source, ObjectId(id), options, &Monitor::none()) {
        Ok(answer) => serde_json::to_value(answer).unwrap(),
        Err(error) => {
            assert!(error.code() == Code::NoObject && !ids.contains(&id), "{error}");
            return;
        }
    };
    let node = answer["node"]["ordinal"].as_u64().unwrap() as usize;
    assert_eq!(model.nodes[node].id, id);
    let dominators = model.dominators();
    let retained = model.retained(&dominators);
    assert_eq!(answer["node"]["retainedSize"], retained[node]);
    let mut chain = Vec::new();
    let mut above = node;
    while dominators[above] != above {
        above = dominators[above];
        chain.push(retained[above]);
    }
    assert_eq!(answer["dominatorCount"], chain.len());
    let told: Vec<u64> =
        answer["dominators"].as_array().unwrap().iter().map(|row| row["retainedSize"].as_u64().unwrap()).collect();
    assert_eq!(told, chain[..chain.len().min(options.limit)]);
    let dominated = (0..model.nodes.len()).filter(|&other| {
        let mut above = other;
        while above != node && dominators[above] != above {
            above = dominators[above];
        }
        other != node && above == node
    });
    assert_eq!(answer["dominated"]["count"], dominated.count());
    assert_eq!(answer["dominated"]["selfSize"], retained[node] - model.shallow()[node]);
    assert!(answer["paths"].as_array().unwrap().len() <= options.paths);
    for list in ["properties", "retainers", "dominators"] {
        assert!(answer[list].as_array().unwrap().len() <= options.limit, "{list}");
    }
    assert!(!answer["sentence"].as_str().unwrap().is_empty());
}
