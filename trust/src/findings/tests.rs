//! Set-ups that are wrong in the ways people get them wrong; each must be named, and cured by what we mend.
