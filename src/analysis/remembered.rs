//! Answers that are given again: as JSON text, kept in the index of the snapshot that they are about.
//!
//! Kept is the body. The frame names the files, and may be asked for by another name the next time, so it is made anew;
//! and the first answer is put together in the same way as every later one, so that they are the same, byte for byte.

use serde::Serialize;

use super::{Answer, SnapshotInfo};
use crate::{
    error::{Code, Error, Result},
    index::{Question, Subject, ask},
    monitor::Monitor,
};

/// An answer without what it says.
#[derive(Serialize)]
struct Nothing {}

/// Asks a question, named by `question` with all that its answer depends on, and gives the answer as JSON text. Asked
/// again of the same snapshots, it is answered from the index of the last of them.
pub(crate) fn answer_text<B: Serialize>(
    subjects: Vec<Subject>,
    question: &str,
    monitor: &Monitor,
    answer: impl Fn(&Question) -> Result<Answer<B>>,
) -> Result<String> {
    ask(subjects, monitor, |asked| {
        if let Some(kept) = asked.recall(question)? {
            return again(asked, &kept).ok_or_else(|| Error::new(Code::Internal, "a kept answer is none"));
        }
        let Answer { snapshots, body, .. } = answer(asked)?;
        let body = json(&body)?;
        let mut kept = json(&snapshots)?;
        kept.push('\n');
        kept.push_str(&body);
        asked.remember(question, kept.as_bytes());
        text(snapshots, &body)
    })
}

/// A kept answer, about the files by the names that they have now.
fn again(asked: &Question, kept: &[u8]) -> Option<String> {
    let (snapshots, body) = std::str::from_utf8(kept).ok()?.split_once('\n')?;
    let mut snapshots: Vec<SnapshotInfo> = serde_json::from_str(snapshots).ok()?;
    for (index, snapshot) in snapshots.iter_mut().enumerate() {
        snapshot.path = asked.path(index).map(|path| path.display().to_string());
    }
    text(snapshots, body).ok()
}

/// The frame around a body that is an object.
fn text(snapshots: Vec<SnapshotInfo>, body: &str) -> Result<String> {
    let mut text = json(&Answer::about_infos(snapshots, Nothing {}))?;
    text.pop();
    let fields = body.strip_prefix('{').unwrap_or(body);
    if fields != "}" {
        text.push(',');
    }
    text.push_str(fields);
    Ok(text)
}

fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::new(Code::Internal, format!("the answer is no JSON: {error}")))
}
