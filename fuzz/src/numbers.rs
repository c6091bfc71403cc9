//! Target `numbers`: the arrays of integers with any bytes in them, against a reader of one character after another.

use heap_analyzer::{error::Code, snapshot::NodeId};

use super::{
    entropy::Entropy,
    graph::{check_refusal, check_stream, open},
};

/// Integers of an array, or where and how it goes wrong.
type Read = Result<(Vec<i128>, usize), (Code, usize)>;

/// Reads integers up to the closing bracket; `at` is where the first may begin.
fn integers(text: &[u8], mut at: usize) -> Read {
    let blank = |at: &mut usize| {
        while matches!(text.get(*at), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            *at += 1;
        }
    };
    let mut found = Vec::new();
    blank(&mut at);
    if text.get(at) == Some(&b']') {
        return Ok((found, at));
    }
    loop {
        blank(&mut at);
        let start = at;
        let negative = text.get(at) == Some(&b'-');
        at += usize::from(negative);
        let digits = text[at.min(text.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let here = if start == text.len() { Code::Truncated } else { Code::Malformed };
        if digits == 0 {
            return Err((here, start));
        }
        let number = std::str::from_utf8(&text[at..at + digits]).unwrap().parse::<i128>().unwrap_or(i128::MAX);
        // Minus zero is marked as negative, and no field of a node may be that.
        let number = if negative { if number == 0 { -1 } else { -number } } else { number };
        if !(-(1 << 31)..1 << 63).contains(&number) {
            return Err((Code::Malformed, start));
        }
        found.push(number);
        at += digits;
        blank(&mut at);
        match text.get(at) {
            Some(b',') => at += 1,
            Some(b']') => return Ok((found, at)),
            Some(_) => return Err((Code::Malformed, at)),
            None => return Err((Code::Truncated, at)),
        }
    }
}

/// Target `numbers`.
pub fn numbers(data: &[u8]) {
    let mut choices = Entropy::new(data);
    // Any width from V8's narrowest record to the widest that is taken, with the fields in any order.
    let width = 5 + choices.below(12);
    let turned = choices.below(width);
    let mut fields = vec!["type", "name", "id", "self_size", "edge_count"];
    let spare: Vec<String> = (5..width).map(|field| format!("spare{field}")).collect();
    fields.extend(spare.iter().map(String::as_str));
    fields.rotate_left(turned);
    let place = |name: &str| fields.iter().position(|field| *field == name).unwrap();
    let body = body(choices, width);

    let read = integers(&[&body, &b"]"[..]].concat(), 0);
    let records = read.as_ref().map_or(0, |(list, _)| list.len() / width);
    let mut types = vec![r#""number""#; width];
    types[place("type")] = r#"["synthetic","object","string"]"#;
    let head = format!(
        r#"{{"snapshot":{{"meta":{{"node_fields":{fields:?},"node_types":[{}],"edge_fields":["type","name_or_index","to_node"],"edge_types":[["weak"],"string_or_number","node"]}},"node_count":{},"edge_count":0}},"nodes":["#,
        types.join(","),
        // A wrong array is wrong however many records were declared; where one may stop reading is not.
        if read.is_ok() { records } else { body.len() / 2 / width },
    );
    let tail = r#"],"edges":[],"strings":["a","b"]}"#;
    let text = [head.as_bytes(), &body, tail.as_bytes()].concat();
    let opened = open(&text);
    check_stream(&text, &opened);
    let Ok((list, end)) = read else {
        let error = opened.expect_err("numbers that are none were read");
        return check_refusal(&error, text.len());
    };
    if end != body.len() {
        // The array ends early and what follows is no snapshot any more, or one by luck.
        if let Err(error) = opened {
            check_refusal(&error, text.len());
        }
        return;
    }
    let rows: Vec<&[i128]> = list.chunks(width).collect();
    let is_node = |row: &&[i128]| {
        row.len() == width
            && (0..3).contains(&row[place("type")])
            && (0..2).contains(&row[place("name")])
            && (0..1 << 32).contains(&row[place("id")])
            && (0..1 << 53).contains(&row[place("self_size")])
            && row[place("edge_count")] == 0
    };
    let total: i128 = rows.iter().filter(|row| row.len() == width).map(|row| row[place("self_size")]).sum();
    match opened {
        Ok(snapshot) => {
            assert!(rows.iter().all(is_node) && !rows.is_empty() && total < 1 << 53);
            assert_eq!(snapshot.nodes.len(), rows.len());
            for (index, row) in rows.iter().enumerate() {
                let node = NodeId::from_index(index);
                assert_eq!(i128::from(snapshot.nodes.id(node).0), row[place("id")]);
                assert_eq!(i128::from(snapshot.nodes.self_size(node)), row[place("self_size")]);
                assert_eq!(i128::from(snapshot.nodes.name(node)), row[place("name")]);
            }
        }
        Err(error) => {
            check_refusal(&error, text.len());
            assert!(rows.is_empty() || !rows.iter().all(is_node) || total >= 1 << 53, "{error}");
        }
    }
}

/// Either the bytes as they are, or records of numbers in any spelling that JSON with white space has.
fn body(mut choices: Entropy<'_>, width: usize) -> Vec<u8> {
    if choices.byte().is_multiple_of(4) {
        return choices.rest().to_vec();
    }
    let mut body = Vec::new();
    let blank = |body: &mut Vec<u8>, choices: &mut Entropy<'_>| match choices.byte() {
        0..=199 => {}
        byte => (0..=byte % 9).for_each(|_| body.push(*choices.pick(b" \n\t\r"))),
    };
    while !choices.is_spent() && body.len() < 1 << 14 {
        for field in 0..width {
            if !body.is_empty() {
                body.push(b',');
            }
            blank(&mut body, &mut choices);
            match choices.byte() {
                0..=149 => body.extend([b"0", b"1"][usize::from(choices.byte() & 1 & (field as u8))]),
                150..=229 => body.extend(choices.number().to_string().bytes()),
                230..=244 => body.extend(format!("{:0>9}", choices.byte()).bytes()),
                245..=249 => body.extend(format!("-{}", choices.byte()).bytes()),
                _ => body.push(choices.byte()),
            }
            blank(&mut body, &mut choices);
        }
    }
    body
}
