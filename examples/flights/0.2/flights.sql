-- Every flight as a line that is the same for every version: see canonical() in flights.py.
WITH value -> ifNull(toString(value), 'NA') AS text
SELECT concatWithSeparator('|',
    toUnixTimestamp64Milli(scheduled), carrier, number, text(tailNumber),
    route.origin, route.destination, route.miles,
    text(toUnixTimestamp64Milli(departed)),
    delayClass,
    text(departureDelay), text(arrivalDelay), text(airTime),
    localTimes.scheduledDeparture, text(localTimes.departure),
    localTimes.scheduledArrival, text(localTimes.arrival)
  ) AS line
FROM Flight_0_2
