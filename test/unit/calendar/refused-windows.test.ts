import { describe, expect, test } from '@jest/globals';
import { readWindow } from '../../../core/calendar/parse.js';
import { type Change, mistakesOf, weekly, whyOf, windowFile as fileOf } from '../../support/window-files.js';

describe('the file of a window', () => {
  test.each<[string, Change, string]>([
    ['no zone', { zone: undefined }, 'w.yaml:4:1: spec has no zone; expected one'],
    [
      'an abbreviation for a zone',
      { zone: 'CET' },
      'w.yaml:7:3: "CET" is no zone of the IANA database by area and city',
    ],
    [
      'another abbreviation',
      { zone: 'EST' },
      '"EST" is no zone of the IANA database by area and city, such as Europe/Berlin',
    ],
    ['an offset for a zone', { zone: '+01:00' }, '"+01:00" is an offset, which does not say when clocks are set'],
    ['an offset that looks like a zone', { zone: 'Etc/GMT-1' }, '"Etc/GMT-1" is an offset'],
    ['a city for a zone', { zone: 'berlin' }, 'did you mean Europe/Berlin?'],
    ['a mistyped zone', { zone: 'Europe/Berln' }, 'did you mean Europe/Berlin?'],
    ['a zone in small letters', { zone: 'europe/berlin' }, 'did you mean Europe/Berlin?'],
    [
      'an end before its begin',
      { ends: '2026-12-03T08:00' },
      'w.yaml:9:3: it ends at 2026-12-03T08:00, before it begins',
    ],
    [
      'an end at its begin',
      { ends: '2026-12-04T18:00' },
      'it ends at 2026-12-04T18:00, when it begins; expected a later time',
    ],
    [
      'neither end nor length',
      { ends: undefined },
      'w.yaml:4:1: it does not say how long it is; expected ends or lasts',
    ],
    ['both end and length', { lasts: 'PT62H' }, 'w.yaml:11:3: it has ends and lasts; expected one of both'],
    [
      'a length of zero',
      { ends: undefined, lasts: 'PT0H' },
      'PT0H is no time at all; expected a duration, such as PT8H',
    ],
    [
      'a length below zero',
      { ends: undefined, lasts: '-PT1H' },
      'spec.lasts has an invalid format; expected a duration',
    ],
    [
      'a length in months',
      { ends: undefined, lasts: 'P1M' },
      'spec.lasts has an invalid format; expected a duration in weeks and days',
    ],
    ['a length without a number', { ends: undefined, lasts: 'PT' }, 'spec.lasts has an invalid format'],
    ['a long length that comes back', { ends: undefined, lasts: 'P367D' }, 'it lasts longer than 366 days each time'],
    ['a late end that comes back', { ends: '2027-12-06T18:00' }, 'it lasts longer than 366 days each time'],
    [
      'a length of eleven years',
      { recurrence: undefined, ends: '2037-12-31T00:00' },
      'it lasts longer than 3660 days; write a shorter one',
    ],
    [
      'a time with an offset',
      { begins: '2026-12-04T18:00+01:00' },
      'spec.begins has an invalid format; expected a time without an offset',
    ],
    ['a day for a time', { begins: '2026-12-04' }, 'spec.begins has an invalid format'],
    [
      'a day that no calendar has',
      { begins: '2026-02-30T18:00' },
      'w.yaml:8:3: 2026-02-30T18:00 is no time of the calendar',
    ],
    ['29 February of another year', { ends: '2027-02-29T18:00' }, '2027-02-29T18:00 is no time of the calendar'],
    ['the hour 24', { ends: '2026-12-07T24:00' }, '2026-12-07T24:00 is no time of the calendar'],
    ['the second 60', { ends: '2026-12-07T08:00:60' }, '2026-12-07T08:00:60 is no time of the calendar'],
    ['a year long ago', { begins: '0001-01-01T00:00' }, 'too far away; expected a year from 1970 to 2199'],
    ['a year far ahead', { ends: '9999-12-07T08:00' }, 'too far away; expected a year from 1970 to 2199'],
    [
      'a rule each second',
      { recurrence: 'FREQ=SECONDLY' },
      'w.yaml:10:3: FREQ=SECONDLY comes back too often; expected once a day at most',
    ],
    ['a rule each hour', { recurrence: 'FREQ=HOURLY;INTERVAL=12' }, 'FREQ=HOURLY comes back too often'],
    [
      'a rule with hours',
      { recurrence: 'FREQ=DAILY;BYHOUR=9,10' },
      'BYHOUR is not read; a window begins at the hour of `begins`',
    ],
    ['a rule that is none', { recurrence: 'every friday' }, '"every friday" is no part of a rule; expected NAME=VALUE'],
    ['a rule with its property name', { recurrence: 'RRULE:FREQ=DAILY' }, '"RRULE:FREQ=DAILY" is no part of a rule'],
    [
      'a rule without FREQ',
      { recurrence: 'BYDAY=FR' },
      'it has no FREQ; expected FREQ=DAILY, WEEKLY, MONTHLY or YEARLY',
    ],
    ['a rule with a part twice', { recurrence: 'FREQ=DAILY;FREQ=DAILY' }, 'it has FREQ twice'],
    [
      'a rule with an unknown part',
      { recurrence: 'FREQ=DAILY;BYMOON=1' },
      '"BYMOON" is unknown; expected one of: FREQ, INTERVAL',
    ],
    [
      'a rule with a wide interval',
      { recurrence: 'FREQ=DAILY;INTERVAL=1000000' },
      'INTERVAL is "1000000"; expected a whole number from 1 to 400',
    ],
    [
      'a rule with a large count',
      { recurrence: 'FREQ=WEEKLY;COUNT=501' },
      'COUNT is "501"; expected a whole number from 1 to 500',
    ],
    [
      'COUNT and UNTIL',
      { recurrence: 'FREQ=WEEKLY;COUNT=5;UNTIL=20271231' },
      'it has COUNT and UNTIL; expected at most one of both',
    ],
    [
      'a last day that no calendar has',
      { recurrence: 'FREQ=WEEKLY;UNTIL=20270230' },
      'UNTIL is "20270230", which is no time of the calendar',
    ],
    [
      'counted weekdays each week',
      { recurrence: 'FREQ=WEEKLY;BYDAY=1FR' },
      'BYDAY counts weekdays ("1FR"); expected that in MONTHLY and YEARLY',
    ],
    [
      'days of the month each week',
      { recurrence: 'FREQ=WEEKLY;BYMONTHDAY=4' },
      'a WEEKLY rule has no BYMONTHDAY; expected FREQ=MONTHLY',
    ],
    ['positions of nothing', { recurrence: 'FREQ=MONTHLY;BYSETPOS=1' }, 'BYSETPOS takes some of what other parts name'],
    [
      'many positions',
      { recurrence: `FREQ=MONTHLY;BYDAY=FR;BYSETPOS=${Array.from({ length: 60 }, () => '1').join(',')}` },
      'BYSETPOS is "1,1,',
    ],
    [
      'a rule for 30 February',
      { recurrence: 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30' },
      'w.yaml:10:3: it never comes; expected days that there are',
    ],
    [
      'a rule that ends before it begins',
      { recurrence: 'FREQ=WEEKLY;UNTIL=20200101' },
      'it never comes; expected days that there are, and no end before it begins',
    ],
    [
      'a rule too rare to count',
      { recurrence: 'FREQ=DAILY;BYMONTH=12;BYDAY=FR;COUNT=300' },
      'the rule comes too rarely to reach its COUNT of 300; say UNTIL instead',
    ],
    [
      'a begin on which its rule does not come',
      { begins: '2026-12-03T18:00' },
      'w.yaml:8:3: its rule does not come at 2026-12-03T18:00; the first time that it does is 2026-12-04T18:00',
    ],
    [
      'a day that excepts nothing',
      { except: ['2026-12-11', '2026-12-12'] },
      'it does not begin on 2026-12-12 anyway; leave that day out, or correct it',
    ],
    [
      'excepted days and no rule',
      { recurrence: undefined, except: ['2026-12-04'] },
      'does not come back; expected a recurrence',
    ],
    [
      'an excepted day that no calendar has',
      { except: ['2027-02-29'] },
      'w.yaml:11:12: 2027-02-29 is no day of the calendar',
    ],
    [
      'each of its times left out',
      { recurrence: 'FREQ=WEEKLY;COUNT=1', except: ['2026-12-04'] },
      'it is never there; expected times that are not all left out',
    ],
    [
      'a time that clocks skip',
      { begins: '2026-03-29T02:30', ends: '2026-03-29T03:00', recurrence: undefined },
      'it is never there; expected times that are not all left out, or skipped when clocks are set',
    ],
    ['an unknown kind', { kind: 'FREEZ' }, 'spec.kind must be one of: "CHANGE", "FREEZE"; did you mean FREEZE?'],
    ['an unknown field', { recurrance: 'FREQ=DAILY' }, 'did you mean recurrence?'],
    ['no reason', { reason: '' }, 'spec.reason is empty; expected a text'],
    ['a reason of two lines', { reason: 'a\nb' }, 'spec.reason has an invalid format; expected one line of text'],
    [
      'a reason that turns the direction of reading',
      { reason: 'a \u202e b' },
      'it has U+202E, a character that is not seen or turns the direction of reading',
    ],
    ['a reason of which nothing is seen', { reason: '\u2800' }, 'nothing of it is seen'],
    ['a control character', { reason: 'a\u0007b' }, 'it has U+0007'],
    [
      'a bad name of a product',
      { products: ['Shop!'] },
      'spec.products[0] has an invalid format; expected the name of a product',
    ],
    ['no product', { products: [] }, 'spec.products is empty; expected at least one entry'],
    ['an unknown lane', { lanes: ['platinum'] }, 'spec.lanes[0] must be one of: "bronze", "silver", "gold"'],
    ['an unknown action', { actions: ['DEPLOYS'] }, 'did you mean DEPLOY?'],
    [
      'an unknown role word',
      { invokers: ['group:developers'] },
      'spec.invokers[0] has an invalid format; expected the name of a person or service, or role:NAME',
    ],
    ['somebody twice', { invokers: ['alice', 'alice'] }, 'spec.invokers names the same twice'],
    [
      'too many products',
      { products: Array.from({ length: 101 }, (_, index) => `p${index}`) },
      'spec.products has too many entries; expected at most 100',
    ],
    [
      'too many invokers',
      { invokers: Array.from({ length: 101 }, (_, index) => `p${index}`) },
      'spec.invokers has too many entries; expected at most 100',
    ],
    [
      'too many excepted days',
      { except: Array.from({ length: 101 }, (_, index) => `${2000 + index}-01-01`) },
      'spec.except has too many entries; expected at most 100',
    ],
    ['a long reason', { reason: 'x'.repeat(301) }, 'spec.reason is too long; expected at most 300 characters'],
    [
      'an unknown rule for what is in flight',
      { inFlight: 'STOP' },
      'spec.inFlight must be one of: "FINISH", "PAUSE", "ABORT"',
    ],
  ])('is refused with %s, and says what to do', (_, change, words) => {
    expect(mistakesOf(fileOf(change))).toContain(words);
    // The same as data, without the place.
    expect(whyOf(() => readWindow({ name: 'weekends', ...weekly, ...change }, 'a window'))).toContain(
      words.replace(/^w\.yaml:\d+:\d+: /, '').replace(/^spec(?:\.| (?=has no))/, ''),
    );
  });
});
