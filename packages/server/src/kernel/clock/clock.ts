/** The only source of time in the server. Everything that reads time takes a `Clock`, so that tests can move it. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
