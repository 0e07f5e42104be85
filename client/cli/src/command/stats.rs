//! `casevault stats`.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use casevault_sync::{Cell, ClientError, Period, Release, ReleaseView, microdata};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::definition::{Format, Stats};
use crate::failure::Failure;
use crate::progress::Bar;
use crate::session::Session;
use crate::table::table;
use crate::{display, message};

pub(super) async fn run(session: &Session, command: Stats) -> Result<Answer, Failure> {
    let client = session.client().await?;
    match command {
        Stats::Contribute { period, case } => {
            let sent = client.stats_contribute(period, case.as_deref()).await.map_err(message::of_period)?;
            Ok(Answer::new(
                json!({"period": period.to_string(), "reports": sent}),
                format!("{sent} cases are counted in {period}"),
            ))
        }
        Stats::Withdraw { case, period } => {
            client.stats_withdraw(&case, period).await.map_err(message::of_period)?;
            let json = json!({"period": period.to_string(), "state": "withdrawn"});
            Ok(Answer::new(json, format!("The case is not counted in {period}")))
        }
        Stats::Close { period } => {
            let bar = Bar::counting(session, "counting");
            let view = client.stats_close(period, &bar.counter()).await.map_err(message::of_period)?;
            released(period, view).map(|release| shown(&release))
        }
        Stats::Show { format: Some(Format::Svg), microdata: Some(_), .. } => Err(message::records_as_bars()),
        Stats::Show { period, format, out, microdata } => {
            let release = released(period, client.stats_show(period).await.map_err(message::of_period)?)?;
            let (json, text) = match (microdata, format) {
                (Some(count), format) => records(&release, count, format)?,
                (None, None) if out.is_none() => return Ok(shown(&release)),
                (None, format) => (json(&release), as_file(&release, format.unwrap_or(Format::Json))),
            };
            write(json, &text, out.as_deref())
        }
    }
}

fn released(period: Period, view: ReleaseView) -> Result<Release, Failure> {
    match view {
        ReleaseView::Released(release) => Ok(*release),
        ReleaseView::TooFew(reports) => Err(message::too_few_cases(&period.to_string(), reports)),
    }
}

fn json(release: &Release) -> Value {
    serde_json::to_value(release).unwrap_or_default()
}

/// A table for people: what is suppressed is left out, and counted.
fn shown(release: &Release) -> Answer {
    let mut text = String::new();
    for of in &release.tables {
        let row = |cell: &Cell| Some([cell.code.clone(), cell.value?.to_string(), format!("± {}", cell.error)]);
        let (mut rows, all): (Vec<_>, _) = (of.cells.iter().filter_map(row).collect(), of.cells.len());
        text.push_str(&format!("{}: {} of {all} suppressed\n", of.name, all - rows.len()));
        rows.extend(of.rest.iter().filter_map(row));
        if !rows.is_empty() {
            text.push_str(&table([of.name.as_str(), "cases", "error"], &rows));
            text.push('\n');
        }
        text.push('\n');
    }
    text.push_str(&release.note);
    Answer::new(json(release), text)
}

fn as_file(release: &Release, format: Format) -> String {
    match format {
        Format::Csv => release.csv(),
        Format::Json => format!("{:#}\n", display::sorted(&json(release))),
        Format::Svg => release.chart(),
    }
}

/// Synthetic records; as comma-separated values unless they are asked for otherwise.
fn records(release: &Release, count: u32, format: Option<Format>) -> Result<(Value, String), Failure> {
    let drawn = microdata(release, count as usize)?;
    let json = serde_json::to_value(&drawn).unwrap_or_default();
    let text = if format == Some(Format::Json) { format!("{:#}\n", display::sorted(&json)) } else { drawn.csv() };
    Ok((json, text))
}

fn write(json: Value, text: &str, out: Option<&Path>) -> Result<Answer, Failure> {
    let Some(path) = out else { return Ok(Answer::new(json, text.trim_end())) };
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(ClientError::File)?;
    let json = json!({"path": path.display().to_string(), "bytes": text.len()});
    Ok(Answer::new(json, format!("Written to {}", path.display())))
}
