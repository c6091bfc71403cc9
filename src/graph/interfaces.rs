//! Interfaces: plain objects sorted by the properties they have, since all of them are called `Object`.
//!
//! Objects that begin with the same properties suggest an interface; the frequent ones are kept; each object
//! then takes the interface that matches most of its properties. Objects come in few shapes (lists of property
//! names in order), so shapes are collected first and every decision is taken once for a shape.

use std::borrow::Cow;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::{HeapGraph, names::quoted_property, vocabulary::Word};
use crate::{
    error::Result,
    hashing::SeededMap,
    memory,
    monitor::Monitor,
    snapshot::{EdgeKind, NodeId, StringId, Strings, lossy, utf16_len},
    store::{Column, Rule, Shelf, Tag, Writer},
};

/// An interface's name stops growing at this many UTF-16 units.
const NAME_LIMIT: usize = 120;
/// An interface has at least this many objects, and at least one in [`OBJECTS_PER_INTERFACE`].
const MIN_OBJECTS: u64 = 2;
const OBJECTS_PER_INTERFACE: u64 = 1000;

/// A set of properties that many plain objects share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// `{a, b, c}`, property names in the order of the first object that has them.
    pub name: String,
    /// The property names, as WTF-8.
    properties: Vec<Vec<u8>>,
}

/// The shapes of a snapshot's plain objects.
#[derive(Debug)]
pub(crate) struct Shapes {
    /// Every plain object, by ascending node.
    objects: Column<NodeId>,
    /// The shape of each of them.
    of_objects: Column<u32>,
    /// Property names of each shape, in the order of the edges, `__proto__` included.
    lists: Vec<Box<[StringId]>>,
    /// Objects of each shape.
    counts: Vec<u64>,
}

/// How the columns are called in an index.
mod tags {
    use super::Tag;

    pub(super) const OBJECTS: Tag = Tag::new(*b"shpnode.");
    pub(super) const SHAPES: Tag = Tag::new(*b"shpshape");
    pub(super) const COUNTS: Tag = Tag::new(*b"shpcount");
    pub(super) const LISTS: Tag = Tag::new(*b"shplists");
    pub(super) const LENGTHS: Tag = Tag::new(*b"shplengt");
    pub(super) const INTERFACES: Tag = Tag::new(*b"interfac");
}

/// The shapes of some of the objects, numbered for themselves.
struct Part {
    objects: Vec<(NodeId, u32)>,
    lists: Vec<Box<[StringId]>>,
    counts: Vec<u64>,
}

impl Part {
    fn of_range(graph: &HeapGraph, range: std::ops::Range<usize>) -> Self {
        let (nodes, edges) = (&graph.snapshot().nodes, &graph.snapshot().edges);
        let mut part = Self { objects: Vec::new(), lists: Vec::new(), counts: Vec::new() };
        let mut known: SeededMap<Box<[StringId]>, u32> = SeededMap::default();
        let mut names: Vec<StringId> = Vec::new();
        for node in range.map(NodeId::from_index) {
            if !graph.is_plain_object(node) {
                continue;
            }
            names.clear();
            names.extend(
                nodes
                    .edges(node)
                    .filter(|&edge| edges.kind(edge) == EdgeKind::Property)
                    .map(|edge| edges.name_or_index(edge)),
            );
            let shape = known.get(&names[..]).copied().unwrap_or_else(|| {
                let shape = part.lists.len() as u32;
                known.insert(names.clone().into_boxed_slice(), shape);
                part.lists.push(names.clone().into_boxed_slice());
                part.counts.push(0);
                shape
            });
            part.counts[shape as usize] += 1;
            part.objects.push((node, shape));
        }
        part
    }
}

impl Shapes {
    pub(crate) fn of(graph: &HeapGraph, monitor: &Monitor) -> Result<Self> {
        const CHUNK: usize = 1 << 18;
        let count = graph.snapshot().nodes.len();
        let chunks: Vec<usize> = (0..count).step_by(CHUNK).collect();
        let parts: Vec<Part> = chunks
            .into_par_iter()
            .map(|start| {
                monitor.check()?;
                Ok(Part::of_range(graph, start..count.min(start + CHUNK)))
            })
            .collect::<Result<_>>()?;

        // Joined in order, so that shapes are numbered by their first object whatever the threads did.
        let count = parts.iter().map(|part| part.objects.len()).sum();
        let mut objects: Vec<NodeId> = memory::with_capacity(count, "shapes")?;
        let mut shapes: Vec<u32> = memory::with_capacity(count, "shapes")?;
        let (mut lists, mut counts): (Vec<Box<[StringId]>>, Vec<u64>) = (Vec::new(), Vec::new());
        let mut known: SeededMap<Box<[StringId]>, u32> = SeededMap::default();
        for part in parts {
            let numbers: Vec<u32> = part
                .lists
                .into_iter()
                .zip(part.counts)
                .map(|(shape, count)| {
                    let next = lists.len() as u32;
                    let number = *known.entry(shape.clone()).or_insert(next);
                    if number == next {
                        lists.push(shape);
                        counts.push(0);
                    }
                    counts[number as usize] += count;
                    number
                })
                .collect();
            objects.extend(part.objects.iter().map(|&(node, _)| node));
            shapes.extend(part.objects.iter().map(|&(_, shape)| numbers[shape as usize]));
        }
        Ok(Self { objects: objects.into(), of_objects: shapes.into(), lists, counts })
    }

    pub(super) fn save<'a>(&'a self, writer: &mut Writer<'a>) {
        writer.add(tags::OBJECTS, &self.objects);
        writer.add(tags::SHAPES, &self.of_objects);
        writer.add(tags::COUNTS, &self.counts);
        writer.add_made(tags::LISTS, &self.lists.concat());
        writer.add_made(tags::LENGTHS, &self.lists.iter().map(|list| list.len() as u32).collect::<Vec<u32>>());
    }

    pub(super) fn load(shelf: &Shelf, nodes: usize, strings: usize) -> Result<Option<Self>> {
        let (Ok(nodes), Ok(strings)) = (u32::try_from(nodes), u32::try_from(strings)) else { return Ok(None) };
        let Some(counts) = shelf.view::<u64>(tags::COUNTS, Rule::Any)? else { return Ok(None) };
        let numbers = u32::try_from(counts.len()).unwrap_or(u32::MAX);
        let (Some(objects), Some(shapes), Some(lists), Some(lengths)) = (
            shelf.view(tags::OBJECTS, Rule::Below(nodes))?,
            shelf.view(tags::SHAPES, Rule::Below(numbers))?,
            shelf.view::<u32>(tags::LISTS, Rule::Below(strings))?,
            shelf.view::<u32>(tags::LENGTHS, Rule::Any)?,
        ) else {
            return Ok(None);
        };
        let mut rest = lists.whole();
        let list = |&length: &u32| {
            let (list, others) = rest.split_at_checked(length as usize)?;
            rest = others;
            Some(list.into())
        };
        let Some(lists) = lengths.whole().iter().map(list).collect::<Option<Vec<_>>>() else { return Ok(None) };
        if lists.len() != counts.len() || objects.len() != shapes.len() {
            return Ok(None);
        }
        let (objects, of_objects) = (Column::Indexed(objects), Column::Indexed(shapes));
        Ok(Some(Self { objects, of_objects, lists, counts: counts.whole().to_vec() }))
    }

    /// Every plain object and its shape, by ascending node.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (NodeId, u32)> {
        self.objects.iter().copied().zip(self.of_objects.iter().copied())
    }

    /// The interfaces these objects suggest, most frequent first.
    pub(crate) fn infer(&self, graph: &HeapGraph) -> Vec<Interface> {
        struct Candidate {
            shape: usize,
            properties: usize,
            count: u64,
        }
        let mut properties = Properties::new(graph);
        let mut candidates: Vec<Candidate> = Vec::new();
        let mut known: SeededMap<Box<[u32]>, usize> = SeededMap::default();
        let mut text: Vec<u32> = Vec::new();
        for (shape, names) in self.lists.iter().enumerate() {
            text.clear();
            let mut taken = 0;
            let mut units = 1;
            for &name in names {
                if graph.vocabulary().word(name) == Word::Proto {
                    continue;
                }
                let (number, length) = properties.number_and_length(name);
                // At least one, however long; the separator before a name is not counted for that name.
                if units > 1 && units + length > NAME_LIMIT {
                    break;
                }
                // An empty name at the start leaves no trace in the text, and texts are what is compared.
                if units > 1 || length > 0 {
                    units += length + if units > 1 { 2 } else { 0 };
                    text.push(number);
                }
                taken += 1;
            }
            if taken == 0 {
                continue;
            }
            let candidate = *known.entry(text.clone().into_boxed_slice()).or_insert_with(|| {
                candidates.push(Candidate { shape, properties: taken, count: 0 });
                candidates.len() - 1
            });
            candidates[candidate].count += self.counts[shape];
        }
        // Stable: of equally frequent ones the first seen stays first.
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.count));
        let objects = self.objects.len() as u64;
        candidates
            .into_iter()
            .take_while(|found| found.count >= MIN_OBJECTS && found.count * OBJECTS_PER_INTERFACE >= objects)
            .map(|candidate| {
                let names = self.lists[candidate.shape].iter();
                let names = names.filter(|&&name| graph.vocabulary().word(name) != Word::Proto);
                let properties: Vec<Vec<u8>> = names
                    .take(candidate.properties)
                    .map(|&name| graph.snapshot().strings.bytes(name).into_owned())
                    .collect();
                Interface { name: interface_name(&properties), properties }
            })
            .collect()
    }

    /// For each shape, the position of the interface its objects get.
    pub(crate) fn assign(&self, graph: &HeapGraph, interfaces: &[Interface]) -> Vec<Option<u32>> {
        let matcher = Matcher::new(interfaces);
        let mut best = matcher.for_shapes(&graph.snapshot().strings);
        self.lists.iter().map(|names| best(names)).collect()
    }

    /// For each of a few nodes, the position of its interface, if it is a plain object and has one.
    pub(super) fn assign_some(
        &self,
        graph: &HeapGraph,
        interfaces: &[Interface],
        nodes: &[NodeId],
    ) -> Vec<Option<u32>> {
        let matcher = Matcher::new(interfaces);
        let mut best = matcher.for_shapes(&graph.snapshot().strings);
        let shape = |node: NodeId| {
            let object = self.objects.partition_point(|other| other < node);
            (self.objects.try_at(object) == Some(node)).then(|| self.of_objects.at(object))
        };
        nodes.iter().map(|&node| best(&self.lists[shape(node)? as usize])).collect()
    }
}

/// Adds interfaces to an index: each as the number of its properties, then the length and the bytes of each of these.
pub(super) fn save_interfaces(interfaces: &[Interface], writer: &mut Writer<'_>) {
    let mut bytes = Vec::new();
    for Interface { properties, .. } in interfaces {
        bytes.extend_from_slice(&(properties.len() as u32).to_le_bytes());
        for property in properties {
            bytes.extend_from_slice(&(property.len() as u32).to_le_bytes());
            bytes.extend_from_slice(property);
        }
    }
    writer.add_bytes(tags::INTERFACES, bytes);
}

/// The interfaces of an index.
pub(super) fn load_interfaces(shelf: &Shelf) -> Result<Option<Vec<Interface>>> {
    let Some(bytes) = shelf.bytes(tags::INTERFACES)? else { return Ok(None) };
    let mut rest = bytes.whole();
    let mut interfaces = Vec::new();
    while !rest.is_empty() {
        let Some(properties) = read_properties(&mut rest) else { return Ok(None) };
        interfaces.push(Interface { name: interface_name(&properties), properties });
    }
    Ok(Some(interfaces))
}

fn read_properties(rest: &mut &[u8]) -> Option<Vec<Vec<u8>>> {
    let number = |rest: &mut &[u8]| {
        let (four, others) = rest.split_first_chunk::<4>()?;
        *rest = others;
        Some(u32::from_le_bytes(*four))
    };
    let count = number(rest)?;
    (0..count)
        .map(|_| {
            let (property, others) = rest.split_at_checked(number(rest)? as usize)?;
            *rest = others;
            Some(property.to_vec())
        })
        .collect()
}

fn interface_name(properties: &[Vec<u8>]) -> String {
    let named = properties.iter().skip_while(|name| name.is_empty());
    let quoted: Vec<_> = named.map(|name| quoted_property(Cow::Borrowed(name))).collect();
    format!("{{{}}}", lossy(&quoted.join(&b", "[..])))
}

/// Numbers for property names, equal for equal texts. A table may hold one text at several places.
struct Properties<'a> {
    graph: &'a HeapGraph,
    by_string: FxHashMap<StringId, u32>,
    by_text: SeededMap<Cow<'a, [u8]>, u32>,
    /// UTF-16 units of each as it stands in an interface's name.
    lengths: Vec<usize>,
}

impl<'a> Properties<'a> {
    fn new(graph: &'a HeapGraph) -> Self {
        Self { graph, by_string: FxHashMap::default(), by_text: SeededMap::default(), lengths: Vec::new() }
    }

    fn number_and_length(&mut self, name: StringId) -> (u32, usize) {
        let number = *self.by_string.entry(name).or_insert_with(|| {
            let text = self.graph.snapshot().strings.bytes(name);
            *self.by_text.entry(text).or_insert_with_key(|text| {
                self.lengths.push(utf16_len(&quoted_property(Cow::Borrowed(text))));
                self.lengths.len() as u32 - 1
            })
        });
        (number, self.lengths[number as usize])
    }
}

/// Finds the best interface for a shape. Each interface is filed under its rarest property, so that a shape is
/// held only against interfaces with which it shares one that few have.
struct Matcher<'a> {
    /// Numbers of the properties that interfaces have, by their text. What else an object has decides nothing.
    numbers: SeededMap<&'a [u8], u32>,
    /// Properties of each interface, sorted; a name that stands twice must be there twice.
    needs: Vec<Vec<u32>>,
    filed: FxHashMap<u32, Vec<u32>>,
}

impl<'a> Matcher<'a> {
    fn new(interfaces: &'a [Interface]) -> Self {
        let mut numbers: SeededMap<&[u8], u32> = SeededMap::default();
        let mut uses: Vec<u32> = Vec::new();
        let mut needs: Vec<Vec<u32>> = vec![Vec::new(); interfaces.len()];
        for (interface, need) in interfaces.iter().zip(&mut needs) {
            for property in &interface.properties {
                let number = *numbers.entry(property).or_insert_with(|| {
                    uses.push(0);
                    uses.len() as u32 - 1
                });
                uses[number as usize] += 1;
                need.push(number);
            }
            need.sort_unstable();
        }
        let mut filed: FxHashMap<u32, Vec<u32>> = FxHashMap::default();
        for (interface, need) in needs.iter().enumerate() {
            if let Some(rarest) = need.iter().min_by_key(|&&property| uses[property as usize]) {
                filed.entry(*rarest).or_default().push(interface as u32);
            }
        }
        Self { numbers, needs, filed }
    }

    /// The best interface for a shape, given as the names of its properties.
    fn for_shapes(&self, strings: &Strings) -> impl FnMut(&[StringId]) -> Option<u32> {
        let mut have = vec![0_u32; self.numbers.len()];
        let mut shape: Vec<u32> = Vec::new();
        move |names| {
            shape.clear();
            shape.extend(names.iter().filter_map(|&name| self.numbers.get(&*strings.bytes(name))));
            self.best(&shape, &mut have)
        }
    }

    /// `have` is all zero before and after.
    fn best(&self, shape: &[u32], have: &mut [u32]) -> Option<u32> {
        shape.iter().for_each(|&property| have[property as usize] += 1);
        let has_all =
            |need: &[u32]| need.chunk_by(|a, b| a == b).all(|same| have[same[0] as usize] as usize >= same.len());
        // Most properties win, then the earlier interface. A property twice in a shape only looks twice.
        let best = shape
            .iter()
            .filter_map(|property| self.filed.get(property))
            .flatten()
            .map(|&interface| (self.needs[interface as usize].len(), interface))
            .filter(|&(_, interface)| has_all(&self.needs[interface as usize]))
            .max_by_key(|&(properties, interface)| (properties, std::cmp::Reverse(interface)));
        shape.iter().for_each(|&property| have[property as usize] = 0);
        best.map(|(_, interface)| interface)
    }
}
