/** What of the calendar is shown: all of it is in the address. */
export interface CalendarPlace {
  readonly product?: string | undefined;
  readonly lane?: string | undefined;
  /** `2026-12`; this month if absent. */
  readonly month?: string | undefined;
  readonly view?: 'agenda' | undefined;
}

/** The same for an address, without what is as usual. */
export function searchOf({ product, lane, month, view }: CalendarPlace) {
  return {
    ...(product !== undefined && product !== '' && { product }),
    ...(lane !== undefined && lane !== '' && { lane }),
    ...(month !== undefined && { month }),
    ...(view !== undefined && { view }),
  };
}

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

/** `December 2026`. */
export function monthInWords(month: string): string {
  const [year = '', number = '1'] = month.split('-');
  return `${months[Number(number) - 1] ?? ''} ${year}`;
}
