//! Target `header`: anything at all as the header of a snapshot, and whole files of anything.

use super::{
    entropy::Entropy,
    graph::check_text,
    heap::{Heap, damage},
};

/// Target `header`.
pub fn header(data: &[u8]) {
    let mut choices = Entropy::new(data);
    let mode = choices.byte() % 4;
    if mode == 0 {
        let _ = check_text(choices.rest(), false);
        return;
    }
    let text = Heap::make(&mut choices, 3).text();
    let (head, tail) = text.split_once(",\n\"").unwrap();
    let head = head.strip_prefix("{\"snapshot\":").unwrap();
    let mut head = head.as_bytes().to_vec();
    if mode == 1 {
        head = choices.rest().to_vec();
    } else {
        let places = 1 + choices.below(6);
        damage(&mut head, &mut choices, places);
    }
    let _ = check_text(&[b"{\"snapshot\":", &head[..], b",\n\"", tail.as_bytes()].concat(), false);
}
