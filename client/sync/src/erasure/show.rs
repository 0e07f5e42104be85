//! What is asked to be erased, and how far that is.

use casevault_crypto::erasure::Request;
use casevault_crypto::event::{Body, class};
use casevault_crypto::journal::Place;
use casevault_wire::id::{DeviceId, JournalId, TeamId};
use casevault_wire::time::Time;

use super::CLASSES;
use crate::client::Client;
use crate::consent::told;
use crate::error::Result;
use crate::names::{Kind, name_of};
use crate::view::{ErasureState, ErasureView, Keeping, RetentionView};

impl Client {
    /// The requests to erase cases of this device's teams, and what was erased.
    ///
    /// # Errors
    /// As [`Client::sync`], but for servers that do not answer.
    pub async fn erasures(&self) -> Result<Vec<ErasureView>> {
        let _turn = self.turn.lock().await;
        let mut views = Vec::new();
        for team in self.case_teams()? {
            let place = self.team_place(team)?;
            match self.pull_on(&place).await {
                Ok(_) | Err(crate::error::ClientError::Unreachable) => {}
                Err(error) => return Err(error),
            }
            for request in self.requests(&place)?.iter() {
                views.push(self.request_view(&place, request)?);
            }
            let waiting = self.waiting_devices(&place)?;
            for case in self.erased_cases(&place)? {
                views.push(ErasureView { waiting, ..ErasureView::erased(team, case) });
            }
        }
        Ok(views)
    }

    fn request_view(&self, place: &Place, request: &Request) -> Result<ErasureView> {
        let case = self.place(place.team, request.case);
        let held = self.legal_hold(&case)?;
        let state = match (request.day(), &held) {
            (_, Some(_)) => ErasureState::Held,
            (None, None) => ErasureState::Asked,
            (Some(_), None) => ErasureState::Confirmed,
        };
        let named = |person: &casevault_wire::id::PersonId| self.profile.store.read(|db| name_of(db, Kind::Person, &person.0));
        Ok(ErasureView {
            title: self.title_of(&case).ok(),
            reason: request.reason.clone(),
            asked: Some((request.person, request.time)),
            asked_name: named(&request.person)?,
            confirmed: request.confirmed,
            confirmed_name: request.confirmed.map(|(person, _)| named(&person)).transpose()?.flatten(),
            day: request.day(),
            state,
            ..ErasureView::erased(place.team, request.case)
        })
    }

    /// The cases that the team's journal says were erased as it began.
    fn erased_cases(&self, place: &Place) -> Result<Vec<JournalId>> {
        let mut erased: Vec<JournalId> = Vec::new();
        for (_, body) in self.profile.store.read(|db| told(db, place, CLASSES))? {
            if let Body::RingKept(kept) = body {
                erased.extend(kept.erased.as_slice());
            }
        }
        erased.sort();
        erased.dedup();
        // Whoever named what this device still has did not make it so.
        let sql = "SELECT EXISTS (SELECT 1 FROM case_keys WHERE team = ?1 AND journal = ?2)";
        self.profile.store.read(|db| {
            let mut here = db.prepare_cached(sql)?;
            let mut gone = Vec::new();
            for case in erased {
                if !here.query_row((place.team.0, case.0), |row| row.get::<_, bool>(0))? {
                    gone.push(case);
                }
            }
            Ok(gone)
        })
    }

    /// How many of the team's devices have not said yet that they forgot what was before the team's history began anew.
    fn waiting_devices(&self, place: &Place) -> Result<usize> {
        let since = self.ring(&place.team)?.beginning();
        let said = self.profile.store.read(|db| told(db, place, CLASSES))?;
        let forgot = |device: &DeviceId| {
            said.iter().any(|(kept, body)| matches!(body, Body::KeysForgotten(forgotten) if forgotten.since >= since && kept.device() == *device))
        };
        let organisation = self.organisation()?;
        let devices = organisation.team_devices_at(&place.team, organisation.position().length);
        Ok(devices.iter().filter(|device| !forgot(device)).count())
    }

    /// How long a case stays.
    pub(crate) fn keeping(&self, place: &Place) -> Result<Keeping> {
        if self.travels()? {
            return Ok(Keeping::default());
        }
        let erasure = self.requests(&self.team_place(place.team)?)?.of(&place.journal).and_then(Request::day);
        Ok(Keeping { hold: self.legal_hold(place)?, retention: self.retention(place)?, erasure })
    }

    /// Until when a case is to be kept, by the last word of its journal as it was read.
    fn retention(&self, place: &Place) -> Result<Option<RetentionView>> {
        let said = self.profile.store.read(|db| told(db, place, &[class::RETENTION..=class::RETENTION]))?;
        Ok(match said.last() {
            Some((_, Body::Retention(retention))) if retention.until > Time::default() => {
                Some(RetentionView { until: retention.until, reason: retention.text.as_str().to_owned() })
            }
            _ => None,
        })
    }
}

impl ErasureView {
    fn erased(team: TeamId, case: JournalId) -> Self {
        Self {
            case,
            team,
            title: None,
            reason: String::new(),
            asked: None,
            asked_name: None,
            confirmed: None,
            confirmed_name: None,
            day: None,
            state: ErasureState::Erased,
            waiting: 0,
        }
    }
}
