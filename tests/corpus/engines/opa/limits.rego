package limits

is_within(amount, department) if amount + 0 <= data.departments[department].limit

digits := [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
