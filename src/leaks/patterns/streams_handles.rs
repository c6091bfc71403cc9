//! Handles that are opened per request and not closed, and writes that wait behind a slow reader.

use super::{Case, Pattern};

pub(super) struct StreamsHandles;

/// Whether objects of this class stand for something the system has opened, or carry its data.
fn is_handle(class: &str) -> bool {
    matches!(
        class,
        "Socket"
            | "TLSSocket"
            | "Server"
            | "TCP"
            | "Pipe"
            | "TTY"
            | "UDP"
            | "FSWatcher"
            | "StatWatcher"
            | "FSEvent"
            | "ReadStream"
            | "WriteStream"
            | "FileHandle"
            | "ChildProcess"
            | "Process"
            | "ClientRequest"
            | "IncomingMessage"
            | "ServerResponse"
            | "HTTPParser"
            | "Agent"
            | "Readable"
            | "Writable"
            | "Transform"
            | "PassThrough"
            | "Duplex"
            | "Gzip"
            | "Zlib"
            | "Dir"
            | "Interface"
    ) || class.starts_with("Node / ")
}

impl Pattern for StreamsHandles {
    fn id(&self) -> &'static str {
        "streams-handles"
    }

    fn title(&self) -> &'static str {
        "Sockets, streams, files or watchers left open"
    }

    fn advice(&self) -> &'static str {
        "Close what was opened on every way out: destroy() streams and sockets, close() files, watchers and servers, kill child processes; use stream.pipeline, which does it on errors too."
    }

    fn evidence(&self, case: &Case<'_>) -> Option<Vec<String>> {
        let share = case.share(is_handle);
        let buffered =
            case.is_under("kBufferedValue") || case.is_under("bufferedRequest") || case.is_under("_writableState");
        if share > 0.5 {
            Some(vec![format!("{:.0}% of the new entries are streams or handles", share * 100.0)])
        } else if buffered {
            Some(vec!["the entries wait in the buffer of a stream that is not drained".to_owned()])
        } else {
            None
        }
    }
}
