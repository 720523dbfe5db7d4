"""
An office's list of cases, read: a CSV file or a sheet of a workbook, row by row.

A `Table` (`tables`, `workbooks`) gives cells; `headings` says what each column is; `rows` makes of a row what
it says of a case, or tells what is wrong with it, with the words of `server.faults`. Nothing here writes.
"""
