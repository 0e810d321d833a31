@echo off
rem Opens the app by a double click; arguments go to start.py.
chcp 65001 >nul
cd /d "%~dp0"
set PY=python
where py >nul 2>nul && set PY=py -3
%PY% start.py %*
if errorlevel 1 pause
