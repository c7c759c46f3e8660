"""Workbooks out and returns back: an order becomes a workbook, a returned file is read and checked, answers go on."""
