case $0 in
*/*) folder=${0%/*} ;;
*) folder=. ;;
esac
