-- Every row as a line of the CSV.
SELECT concatWithSeparator('|',
    year, month, day, dep_time, sched_dep_time, dep_delay, arr_time, sched_arr_time, arr_delay,
    carrier, flight, tailnum, origin, dest, air_time, distance, hour, minute, time_hour
  ) AS line
FROM Flight_0_0
