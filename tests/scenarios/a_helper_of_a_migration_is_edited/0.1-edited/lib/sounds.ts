const LOUD = ["shout", "login"];

export const isLoud = (activity: string): boolean => LOUD.includes(activity);

export const isQuiet = (activity: string): boolean => !isLoud(activity);
