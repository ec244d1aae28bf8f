//! The host of a schedule: it runs exchanges as the STS of the model answers them, lets time pass, and takes over what
//! other workers have laid out.

use super::*;
use crate::Credentials;

impl World {
    pub(super) fn begin(&mut self, id: ExchangeId, deadline: Mono) -> Result<(), String> {
        if self.running.is_some() {
            return Err("two exchanges at once".into());
        }
        self.exchanges += 1;
        if let Some((at, pause)) = self.failed
            && self.mono < at + pause
        {
            return Err(format!("an exchange {} ms after a failure that asks for {pause}", self.mono - at));
        }
        self.starts.retain(|at| at + 10 * MINUTE > self.mono);
        self.starts.push(self.mono);
        let minute = self.starts.iter().rev().take_while(|at| **at + MINUTE > self.mono).count();
        self.busiest = (self.busiest.0.max(minute), self.busiest.1.max(self.starts.len()));
        if self.busiest.0 > self.limits.0 || self.busiest.1 > self.limits.1 {
            return Err(format!("a storm: {} exchanges in a minute, {} in ten", self.busiest.0, self.busiest.1));
        }
        let now = self.now();
        if let Some(left) = self.keeper.snapshot().and_then(|s| s.left(now)).filter(|left| !left.is_zero())
            && deadline > now.mono + (left / 2).max(Duration::from_secs(2))
        {
            return Err("an exchange may outlast what is in hand".into());
        }
        let well = self.calm && !self.chance(3);
        let fate = match self.random.next() % 5 {
            _ if well && self.sts != Sts::Down => Fate::Reported,
            0 if self.may(Kind::Cancelled) => Fate::Cancelled,
            1 if self.may(Kind::Cancelled) && self.cancelled > 0 => Fate::Cancelled,
            2 if self.may(Kind::Lost) => Fate::Lost,
            3 if self.sts == Sts::Down => Fate::Hangs,
            _ => Fate::Reported,
        };
        let took = match fate {
            Fate::Cancelled => self.random.between(0, 200),
            Fate::Hangs => deadline.since(now.mono).as_millis() as u64,
            Fate::Lost => u64::MAX - self.mono,
            Fate::Reported => {
                let slow = if self.enabled != 0 && !well && self.chance(10) { 20 * SECOND } else { 300 };
                self.random.between(5, slow).min(deadline.since(now.mono).as_millis() as u64)
            }
        };
        let stamped = self.truth + if self.chance(50) { 0 } else { took.min(300) as i64 };
        self.running = Some(Running {
            id,
            deadline,
            ends: self.mono + took,
            fate,
            asked: now,
            stamped,
            set_back: false,
            suspended: false,
            jolted: false,
        });
        Ok(())
    }

    pub(super) fn abandon(&mut self, id: ExchangeId) -> Result<(), String> {
        let running = self.running.take().filter(|r| r.id == id).ok_or("an exchange given up that does not run")?;
        if self.mono < running.deadline.0 {
            return Err("given up before its deadline".into());
        }
        self.given_up = Some(id);
        self.failed = Some((self.mono, SECOND / 2));
        self.saw(Kind::Lost);
        Ok(())
    }

    /// Time passes, and what is due in it happens.
    pub(super) fn advance(&mut self, span: u64) -> Result<(), String> {
        let target = self.mono + span;
        for _ in 0..10_000 {
            let ends = self.running.as_ref().map_or(u64::MAX, |r| r.ends);
            let next = target.min(ends).min(self.idle.0).max(self.mono);
            self.truth += (next - self.mono) as i64;
            self.mono = next;
            if self.truth >= self.sts_until {
                self.sts = Sts::Up;
            }
            if next >= ends {
                self.finish()?;
            } else if next >= self.idle.0 {
                self.drain()?;
            } else {
                return Ok(());
            }
        }
        Err("time does not pass".into())
    }

    /// The exchange comes to its end.
    fn finish(&mut self) -> Result<(), String> {
        let Some(running) = self.running.take() else { return Ok(()) };
        if running.fate == Fate::Cancelled {
            self.running = Some(running);
            return self.drop_exchange();
        }
        let now = self.now();
        let no = |retry| Err(Error::new(Code::Deadline, "sts", "no").with_retry(retry));
        let ended = self.may(Kind::EndedOnArrival) && self.chance(10);
        let result: Result<Obtained, Error> = match self.sts {
            _ if running.fate == Fate::Hangs => no(Retry::Soon),
            Sts::Down => no(Retry::Soon),
            Sts::Throttling => no(Retry::Slowly),
            Sts::Hopeless => no(Retry::No),
            Sts::Up if core::mem::take(&mut self.rotating) => no(Retry::Reread),
            Sts::Up => {
                let stamped = running.stamped.min(self.truth);
                let slack = self.truth - stamped + (now.mono.since(running.asked.mono).as_millis() as i64) + 2001;
                let steady = (!running.jolted).then_some(slack);
                let life = if ended { -(self.random.between(0, 600) as i64) } else { self.life };
                let credentials = self.issue(stamped, life, steady);
                let date = Timestamp::from_unix(stamped.div_euclid(1000));
                let skew = if self.dated { skew_millis(date, running.asked, now) } else { None };
                if self.dated && skew.is_none() {
                    // It took too long to learn anything from it, and the wall clock may be wrong.
                    no(Retry::Soon)
                } else {
                    Ok(Obtained { skew_millis: skew, ..credentials.into() })
                }
            }
        };
        self.cancelled = 0;
        let pause = result.as_ref().err().map(|error| match error.retry() {
            Retry::Soon | Retry::Reread => SECOND / 2,
            Retry::Slowly => 5 * SECOND / 2,
            Retry::No => 5 * SECOND,
        });
        self.failed = pause.map(|pause| (self.mono, pause));
        self.look();
        let before = self.keeper.snapshot().map(|s| s.generation());
        self.keeper.handle_exchanged(now, running.id, result).map_err(|e| e.to_string())?;
        if pause.is_none() && self.keeper.snapshot().map(|s| s.generation()) != before {
            self.successes += 1;
        } else if pause.is_none() {
            // They had ended when they came, or nearly so.
            self.failed = Some((self.mono, SECOND / 2));
            if ended {
                self.saw(Kind::EndedOnArrival);
            }
        }
        self.drain()?;
        match self.given_up.take() {
            Some(late) if self.chance(50) => {
                let credentials = self.issue(self.truth, 900, None);
                let before = self.keeper.snapshot().cloned();
                let report = self.keeper.handle_exchanged(self.now(), late, Ok(credentials.into()));
                if report.map_err(|e| e.code()) != Err(Code::ExchangeUnknown)
                    || self.keeper.snapshot() != before.as_ref()
                {
                    return Err("a late report was taken".into());
                }
                self.drain()
            }
            _ => Ok(()),
        }
    }

    fn issue(&mut self, stamped: i64, life: i64, steady: Option<i64>) -> Credentials {
        let name = format!("ASIA{}", self.issued);
        self.issued += 1;
        if self.unending {
            self.keys.insert(self.issued - 1, Key { end: None, steady: None });
            return Credentials::new(&name, "secret", "environment");
        }
        let end = (stamped.div_euclid(1000) + life) * 1000;
        self.keys.insert(self.issued - 1, Key { end: Some(end), steady });
        lasting(&name, end)
    }

    pub(super) fn drop_exchange(&mut self) -> Result<(), String> {
        let Some(running) = self.running.take() else { return Ok(()) };
        self.look();
        self.cancelled += 1;
        if self.cancelled >= 3 {
            self.failed = Some((self.mono, SECOND / 2));
        }
        self.waiting.values_mut().for_each(|w| w.cancels += 1);
        self.saw(Kind::Cancelled);
        self.keeper.handle_cancelled(self.now(), running.id).map_err(|e| e.to_string())?;
        self.drain()
    }

    pub(super) fn invalidate(&mut self) -> Result<(), String> {
        let (now, Some(generation)) = (self.now(), self.keeper.snapshot().map(|s| s.generation())) else {
            return Ok(());
        };
        self.look();
        if self.keeper.handle_invalidate(now, generation) {
            self.saw(Kind::Invalidate);
            if self.keeper.snapshot().is_some_and(|s| s.state(now) < State::Mandatory) {
                return Err("refused credentials are served on".into());
            }
            self.invalidations.retain(|at| at + MINUTE > self.mono);
            self.invalidations.push(self.mono);
            if self.invalidations.len() > 4 {
                return Err("a storm of invalidations".into());
            }
        }
        self.drain()
    }

    pub(super) fn invalidate_stale(&mut self) -> Result<(), String> {
        let Some(before) = self.keeper.snapshot().cloned().filter(|s| s.generation() > 1) else { return Ok(()) };
        let now = self.now();
        let flying = self.running.is_some();
        self.drain()?;
        let known = self.keeper.snapshot().cloned();
        let stale = self.random.between(0, before.generation() - 1);
        self.saw(Kind::StaleInvalidate);
        if self.keeper.handle_invalidate(now, stale) || self.keeper.snapshot() != known.as_ref() {
            return Err("a stale failure has killed newer credentials".into());
        }
        self.drain()?;
        if !flying && !self.background && self.running.is_some() && self.waiting.is_empty() {
            return Err("a stale failure has begun an exchange".into());
        }
        Ok(())
    }

    /// Another worker of this machine has laid out a snapshot, its own or one that it took from here.
    pub(super) fn adopt(&mut self) -> Result<(), String> {
        if self.sts == Sts::Up && !self.unending && self.chance(70) {
            let mut other = Keeper::new(Settings::new(self.random.next()));
            other.rules.broken = self.keeper.rules.broken.filter(|rule| *rule == Rule::Skew);
            let there = Now { mono: Mono(self.random.between(0, 100 * MINUTE)), ..self.now() };
            let _ = other.handle_request(there);
            let Output::Exchange { id, .. } = other.poll(there) else { return Err("the other is stuck".into()) };
            let credentials = self.issue(self.truth, self.life, None);
            let skew = skew_millis(Timestamp::from_unix(self.truth.div_euclid(1000)), there, there);
            let skew_millis = if self.dated { skew } else { None };
            other
                .handle_exchanged(there, id, Ok(Obtained { skew_millis, ..credentials.into() }))
                .map_err(|e| e.to_string())?;
            let snapshot = other.snapshot().ok_or("the other has nothing")?;
            self.exported.push((snapshot.export(there), there, false));
        }
        // Mostly the latest.
        let count = self.exported.len();
        let at = if self.chance(70) { count.saturating_sub(1) } else { self.random.next() as usize % count.max(1) };
        let Some((bytes, exported, void)) = self.exported.get(at).cloned() else { return Ok(()) };
        let now = self.now();
        // Set back since, and the gap has closed: no clock shows it. The keeper that laid it out has done so anew.
        if void && now.wall >= exported.wall {
            return Ok(());
        }
        self.look();
        let before = self.keeper.snapshot().cloned();
        match self.keeper.handle_adopt(now, bytes.expose()) {
            Ok(_) if now.wall < exported.wall => return Err("adopted a snapshot from the future".into()),
            Ok(false) => {}
            Ok(true) => {
                self.saw(Kind::Adopt);
                let new = self.keeper.snapshot().ok_or("adopted nothing")?.clone();
                (self.failed, self.cancelled) = (None, 0);
                if let Some(old) = before
                    && !old.is_invalidated()
                    && new.left(now) <= old.left(now)
                {
                    return Err("adopted what is no better".into());
                }
                let key = self.known(new.credentials().access_key_id()).ok_or("adopted a key that was never issued")?;
                if key.end.is_some_and(|end| {
                    new.end().is_some_and(|at| {
                        at.mono.0 < u64::MAX && self.truth + at.mono.0 as i64 - self.mono as i64 > end
                    })
                }) {
                    return Err("adopted with a later end than it has".into());
                }
            }
            Err(_) => {}
        }
        self.drain()
    }
}
